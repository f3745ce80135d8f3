// Sends what the composer holds: shows that it is under way, and says in words when it was not accepted.

import { post } from "./post.js";

export class Sending {
  // `on.changed()` when it begins and ends, `on.again()` to send once more, `on.sent()` after a form was accepted, `on.signedOut()`.
  constructor(composer, on) {
    this.composer = composer;
    this.words = composer.dataset;
    this.fields = composer.querySelector("form.composer-form").elements;
    this.error = composer.querySelector("#composer-error");
    this.progress = composer.querySelector("#composer-progress");
    this.on = on;
    this.running = false;
  }

  // Resolves to whether it was accepted; `accepted()` runs before the page is told.
  async deliver(address, body, accepted) {
    const withFiles = body.has("files");
    this.busy(true, withFiles);
    try {
      const answer = await post(address, body, withFiles ? (part) => this.show(part) : undefined);
      if (answer.key) this.fields.key.value = answer.key;
      if (answer.ok) {
        accepted();
        this.on.sent();
        return true;
      }
      this.on.changed();
      if (answer.status === 401) this.on.signedOut();
      const words = answer.error || (answer.status === 401 ? this.words.wordsSignedOut : this.words.wordsFailed);
      this.say(words);
      if (answer.newer) this.offerAnyway();
    } catch {
      this.say(this.words.wordsNetwork);
    } finally {
      this.busy(false);
    }
    return false;
  }

  busy(running, withFiles = false) {
    this.running = running;
    this.fields.text.readOnly = running;
    this.composer.toggleAttribute("data-sending", running);
    this.progress.hidden = !running || !withFiles;
    this.progress.value = 0;
    this.on.drawn();
    if (!running && !window.matchMedia("(pointer: coarse)").matches) this.fields.text.focus();
  }

  show(part) {
    this.progress.value = Math.round(part * 100);
  }

  // A colleague was quicker. Whoever has seen that may still send what they wrote.
  offerAnyway() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = this.words.wordsAnyway;
    button.addEventListener("click", () => {
      this.fields.anyway.value = "1";
      this.on.again();
      this.fields.anyway.value = "";
    });
    this.error.append(" ", button);
  }

  say(words) {
    this.error.textContent = words;
    this.error.hidden = !words;
  }
}
