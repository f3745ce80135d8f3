// The emoji picker of the composer: groups, words to search by, those that were used last; all by keyboard too.

const RECENT = "emoji-recent";
const MOST_RECENT = 24;
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9];

const loaded = new Map(); // address → [emoji, name, words, group] of each

async function load(address) {
  if (!loaded.has(address)) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    loaded.set(address, await answer.json());
  }
  return loaded.get(address);
}

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

export class EmojiPicker {
  // `insert(emoji)` puts it into the text.
  constructor(composer, insert, signal) {
    this.opener = composer.querySelector("[data-emoji]");
    this.panel = document.getElementById("emoji");
    if (!this.opener || !this.panel) return;
    this.insert = insert;
    this.text = composer.querySelector("textarea.composer-text");
    this.field = this.panel.querySelector("input");
    this.list = this.panel.querySelector(".emoji-list");
    this.opener.addEventListener("click", () => this.toggle());
    this.field.addEventListener("input", () => this.draw());
    this.panel.addEventListener("click", (event) => this.clicked(event));
    this.panel.addEventListener("keydown", (event) => this.pressed(event));
    this.panel.addEventListener("toggle", ({ newState }) => {
      this.opener.ariaExpanded = String(newState === "open");
    });
    signal.addEventListener("abort", () => this.panel.isConnected && this.panel.matches(":popover-open") && this.panel.hidePopover());
  }

  async toggle() {
    if (this.panel.matches(":popover-open")) return this.panel.hidePopover();
    this.field.value = "";
    this.panel.showPopover();
    this.place();
    this.field.focus();
    try {
      this.all = await load(this.panel.dataset.source);
      this.draw();
    } catch {
      this.list.textContent = this.panel.dataset.wordsUnreachable;
    }
  }

  place() {
    const { left, top } = this.opener.getBoundingClientRect();
    const width = this.panel.offsetWidth;
    this.panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    this.panel.style.bottom = `${innerHeight - top + 6}px`;
    this.panel.style.maxHeight = `${Math.min(384, top - 16)}px`;
  }

  draw() {
    if (!this.all) return;
    const asked = this.field.value.trim().toLocaleLowerCase().replaceAll("ё", "е");
    const parts = asked.split(/\s+/);
    const fits = ([, name, words]) => {
      const said = `${name} ${words}`.toLocaleLowerCase().replaceAll("ё", "е");
      return parts.every((part) => said.includes(part));
    };
    const sections = asked
      ? [["", this.all.filter(fits).slice(0, 120)]]
      : [[this.panel.dataset.wordsRecent, this.known(recent())], ...GROUPS.map((group) => [this.named(group), this.all.filter((one) => one[3] === group)])];
    this.list.replaceChildren(...sections.filter(([, some]) => some.length).map((section, number) => this.section(section, number)));
    if (!this.list.firstChild) this.list.textContent = this.panel.dataset.wordsNone;
    this.list.scrollTop = 0;
  }

  known(used) {
    return used.map((emoji) => this.all.find(([one]) => one === emoji)).filter(Boolean);
  }

  named(group) {
    return this.panel.querySelector(`[data-group="${group}"]`).getAttribute("aria-label");
  }

  section([name, some]) {
    const section = document.createElement("section");
    if (name) {
      section.ariaLabel = name;
      section.append(Object.assign(document.createElement("h3"), { textContent: name }));
    }
    const grid = document.createElement("div");
    grid.className = "emoji-grid";
    for (const [emoji, words] of some) {
      grid.append(Object.assign(document.createElement("button"), { type: "button", textContent: emoji, title: words, ariaLabel: words, tabIndex: -1 }));
    }
    section.append(grid);
    return section;
  }

  clicked({ target }) {
    const group = target.closest("[data-group]");
    if (group) {
      this.field.value = "";
      this.draw();
      const name = group.getAttribute("aria-label");
      const section = [...this.list.children].find((one) => one.ariaLabel === name);
      if (section) this.list.scrollTop = section.offsetTop - this.list.offsetTop;
      return;
    }
    const chosen = target.closest(".emoji-grid button");
    if (chosen) this.choose(chosen.textContent, false);
  }

  choose(emoji, closes) {
    try {
      localStorage.setItem(RECENT, JSON.stringify([emoji, ...recent().filter((one) => one !== emoji)].slice(0, MOST_RECENT)));
    } catch {
      // A browser that keeps nothing.
    }
    if (closes) {
      this.panel.hidePopover();
      this.text.focus();
    }
    this.insert(emoji);
  }

  pressed(event) {
    const all = [...this.list.querySelectorAll(".emoji-grid button")];
    const here = all.indexOf(document.activeElement);
    if (event.key === "Enter") {
      event.preventDefault();
      const chosen = here >= 0 ? all[here] : all[0];
      if (chosen) this.choose(chosen.textContent, true);
      return;
    }
    const columns = this.columns(all);
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: here < 0 ? 1 : columns, ArrowUp: -columns }[event.key];
    if (!by || (here < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (here + by < 0) this.field.focus();
    else all[Math.min(here + by, all.length - 1)]?.focus();
  }

  columns(all) {
    const first = all[0]?.offsetTop;
    const next = all.findIndex((one) => one.offsetTop !== first);
    return next > 0 ? next : all.length || 1;
  }
}
