// The parts of the page that depend on who looks (header, composer's state, side panel): fetched again when
// the ticket changed, and changed by small forms that need no reload.

import { morphPart } from "./conversation.js";
import { post } from "./post.js";

export class Panel {
  // `pane` is the ticket's; what is listened to beyond it ends with `signal`.
  constructor(pane, clock, on, signal) {
    this.address = pane.dataset.address;
    this.signal = signal;
    this.clock = clock;
    this.on = on; // signedOut()
    this.notice = document.getElementById("notice");
    pane.addEventListener("submit", (event) => this.submitted(event));
    pane.addEventListener("change", ({ target }) => target.matches("[data-auto]") && target.form.requestSubmit());
    document.addEventListener("click", (event) => this.clicked(event), { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(), { signal });
  }

  // Several changes at once need one fetch, and one more for what came while it ran.
  refresh() {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.fetchParts().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.refresh();
      }
    });
    return this.running;
  }

  async fetchParts() {
    const group = document.getElementById("ticket-files")?.dataset.group ?? "";
    const query = new URLSearchParams({ files: group });
    try {
      const answer = await fetch(`${this.address}?${query}`, { headers: { "HX-Request": "true" }, signal: this.signal });
      if (answer.status === 401) this.on.signedOut();
      if (!answer.ok) return;
      const template = document.createElement("template");
      template.innerHTML = await answer.text();
      if (this.signal.aborted) return;
      this.clock.localise(template.content);
      for (const part of [...template.content.querySelectorAll("[data-part]")]) {
        const known = document.getElementById(part.id);
        if (known) morphPart(known, part);
      }
      document.dispatchEvent(new CustomEvent("panel-refreshed"));
    } catch {
      // Another ticket is open; or not reachable: the socket says so, and its catching up brings us here again.
    }
  }

  async submitted(event) {
    const form = event.target;
    if (!form.matches("[data-change]")) return;
    event.preventDefault();
    const button = event.submitter;
    if (button?.disabled) return;
    const address = button?.getAttribute("formaction") || form.getAttribute("action");
    const body = new FormData(form, button); // before the button is off: a disabled one has no value
    if (button) button.disabled = true;
    let refused = false;
    try {
      const answer = await post(address, body);
      if (answer.ok) {
        closeMenus();
        if ("clears" in form.dataset) form.reset();
        // To stay would be to read it again.
        if ("leaves" in form.dataset) document.querySelector(".ticket-back").click();
      }
      else if (answer.status === 401) this.on.signedOut();
      else this.say(answer.error || this.notice.dataset.wordsFailed);
      refused = !answer.ok;
    } catch {
      this.say(this.notice.dataset.wordsUnreachable);
    }
    if (button) button.disabled = false;
    await this.refresh();
    // A choice that was refused shows what is the case; a text that was typed stays.
    if (refused && form.querySelector("[data-auto]")) form.reset();
  }

  say(words, good = false) {
    clearTimeout(this.timer);
    this.notice.textContent = words;
    this.notice.toggleAttribute("data-good", good);
    this.notice.hidden = false;
    this.timer = setTimeout(() => {
      this.notice.hidden = true;
    }, good ? 3000 : 10_000);
  }

  clicked(event) {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const group = event.target.closest("[data-file-group]");
    if (group) {
      event.preventDefault();
      document.getElementById("ticket-files").dataset.group = group.dataset.fileGroup;
      this.refresh();
    }
  }
}

function closeMenus() {
  for (const menu of document.querySelectorAll("[data-menu][open]")) menu.open = false;
}
