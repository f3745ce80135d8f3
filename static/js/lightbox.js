// Pictures large, one after the other: by buttons and arrows, nearer by wheel, double click, + and −, moved by
// dragging. Of what the conversation and the list of files show, each picture once.

const NEAREST = 8;
const STEP = 1.5;

export function wireLightbox(page) {
  const dialog = document.getElementById("lightbox");
  if (dialog) new Lightbox(dialog, page);
}

class Lightbox {
  constructor(dialog, page) {
    this.dialog = dialog;
    this.page = page;
    this.picture = dialog.querySelector("img");
    this.frame = dialog.querySelector(".lightbox-frame");
    this.place = dialog.querySelector(".lightbox-place");
    page.addEventListener("click", (event) => this.asked(event));
    dialog.addEventListener("click", (event) => this.clicked(event));
    dialog.addEventListener("keydown", (event) => this.pressed(event));
    dialog.addEventListener("close", () => this.picture.removeAttribute("src"));
    this.frame.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.frame.addEventListener("dblclick", (event) => (this.scale > 1 ? this.reset() : this.zoom(2.5, event)));
    this.frame.addEventListener("pointerdown", (event) => this.dragged(event));
  }

  asked(event) {
    const link = event.target.closest("[data-lightbox]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(link);
  }

  // In the order of the conversation; a picture that the list of files names too is there once.
  get links() {
    const seen = new Map();
    for (const link of this.page.querySelectorAll("[data-lightbox]")) if (!seen.has(link.href)) seen.set(link.href, link);
    return [...seen.values()];
  }

  open(link) {
    this.picture.src = link.href;
    this.picture.alt = link.dataset.lightbox;
    this.dialog.querySelector(".lightbox-foot span").textContent = link.dataset.lightbox;
    this.dialog.querySelector(".lightbox-foot a").href = `${link.href}?download=1`;
    const { links } = this;
    const here = links.findIndex((one) => one.href === link.href);
    this.place.textContent = links.length > 1 ? this.place.dataset.words.replace("%1", here + 1).replace("%2", links.length) : "";
    for (const button of this.dialog.querySelectorAll("[data-step]")) {
      button.hidden = links.length < 2;
      button.disabled = !links[here + Number(button.dataset.step)];
    }
    this.reset();
    if (!this.dialog.open) this.dialog.showModal();
    // A button that is off lets go of the focus, and with it of the keys.
    if (!this.dialog.contains(document.activeElement) || document.activeElement.disabled) this.frame.focus();
  }

  step(by) {
    const { links } = this;
    const next = links[links.findIndex((link) => link.href === this.picture.src) + by];
    if (next) this.open(next);
  }

  clicked({ target }) {
    const step = target.closest("[data-step]");
    const zoom = target.closest("[data-zoom]");
    if (step) this.step(Number(step.dataset.step));
    else if (zoom) this.zoom(STEP ** Number(zoom.dataset.zoom));
    else if ((target === this.dialog || target === this.frame) && !this.moved) this.dialog.close();
  }

  pressed(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const zoom = { "+": 1, "=": 1, "-": -1 }[event.key];
    if (step) this.step(step);
    else if (zoom) this.zoom(STEP ** zoom);
    else if (event.key === "0") this.reset();
    else return;
    event.preventDefault();
  }

  wheeled(event) {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event);
  }

  // Nearer to what is under the pointer, or to the middle.
  zoom(by, event) {
    const scale = Math.min(NEAREST, Math.max(1, this.scale * by));
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - left - width / 2, event.clientY - top - height / 2] : [0, 0];
    const grown = scale / this.scale;
    this.x = scale === 1 ? 0 : x - (x - this.x) * grown;
    this.y = scale === 1 ? 0 : y - (y - this.y) * grown;
    this.scale = scale;
    this.draw();
  }

  reset() {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.moved = false;
    this.draw();
  }

  draw() {
    this.picture.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.frame.toggleAttribute("data-near", this.scale > 1);
  }

  dragged(event) {
    this.moved = false;
    if (this.scale === 1 || event.button !== 0) return;
    const from = [event.clientX - this.x, event.clientY - this.y];
    const done = new AbortController();
    const { signal } = done;
    this.frame.setPointerCapture(event.pointerId);
    this.frame.addEventListener("pointermove", (moved) => {
      this.moved = true;
      this.x = moved.clientX - from[0];
      this.y = moved.clientY - from[1];
      this.draw();
    }, { signal });
    for (const end of ["pointerup", "pointercancel"]) this.frame.addEventListener(end, () => done.abort(), { signal });
  }
}
