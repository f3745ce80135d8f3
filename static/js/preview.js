// How the text will look on both sides, drawn by the server while one types.

import { cookie } from "./post.js";

const PAUSE = 300; // milliseconds without a key

export class Preview {
  constructor(composer, signal) {
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    this.form = composer.querySelector("form.composer-form");
    this.box = composer.querySelector("#composer-preview");
    this.button = composer.querySelector("[data-preview]");
    this.asked = 0;
    this.button.addEventListener("click", () => this.toggle());
    this.form.addEventListener("composer-changed", () => this.later());
  }

  toggle() {
    const shown = this.box.hidden;
    this.box.hidden = !shown;
    this.button.ariaPressed = String(shown);
    if (shown) this.draw();
  }

  later() {
    clearTimeout(this.timer);
    if (!this.box.hidden) this.timer = setTimeout(() => this.draw(), PAUSE);
  }

  async draw() {
    this.asked += 1;
    const number = this.asked;
    const all = new FormData(this.form);
    const body = new URLSearchParams({ text: all.get("text"), format: all.get("format") ?? "" });
    try {
      const headers = { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") };
      const answer = await fetch(this.box.dataset.address, { method: "POST", headers, body });
      if (answer.ok && number === this.asked) this.box.innerHTML = await answer.text();
    } catch {
      // Not reachable: the page says so elsewhere, and the next key asks again.
    }
  }
}
