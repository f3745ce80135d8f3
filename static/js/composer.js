// The composer: text that grows, files, a message to answer; what could not be sent stays where it is.

import { ComposerFiles } from "./composer_files.js";
import { Draft } from "./draft.js";
import { post } from "./post.js";

export class Composer {
  // `on.sent()` after a reply was accepted, `on.signedOut()` when the session is over.
  constructor(composer, ticket, on) {
    this.composer = composer;
    this.words = composer.dataset;
    this.on = on;
    this.form = composer.querySelector("form.composer-form");
    this.text = this.form.elements.text;
    this.error = composer.querySelector("#composer-error");
    this.quote = composer.querySelector("#composer-quote");
    this.progress = composer.querySelector("#composer-progress");
    this.draft = new Draft(ticket);
    this.files = new ComposerFiles(composer, { changed: () => this.changed(), refused: (words) => this.say(words) });
    this.restore();
    this.listen();
    this.update();
  }

  get state() {
    return document.getElementById("composer-state").dataset.state;
  }

  listen() {
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.quote.querySelector("[data-quote-cancel]").addEventListener("click", (event) => {
      event.preventDefault();
      this.answer("", "", "");
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-reply-to]");
      if (!link) return;
      event.preventDefault();
      this.answer(link.dataset.replyTo, link.dataset.replyName, link.dataset.replyPreview);
      this.text.focus();
    });
    document.addEventListener("panel-refreshed", () => this.update());
  }

  // Enter sends and Shift+Enter begins a line; on a phone, whose keyboard has no Shift+Enter, Enter begins one.
  pressed(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const touch = window.matchMedia("(pointer: coarse)").matches;
    if (touch && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.send();
  }

  answer(id, name, preview) {
    this.form.elements.reply_to.value = id;
    this.quote.querySelector("[data-quote-name]").textContent = name;
    this.quote.querySelector("[data-quote-text]").textContent = preview;
    this.quote.hidden = !id;
    this.changed();
  }

  changed() {
    this.error.hidden = true;
    this.update();
    this.draft.keep({
      text: this.text.value,
      key: this.form.elements.key.value,
      replyTo: this.form.elements.reply_to.value,
      replyName: this.quote.querySelector("[data-quote-name]").textContent,
      replyPreview: this.quote.querySelector("[data-quote-text]").textContent,
      files: this.files.files.map((file) => file.name),
    });
  }

  restore() {
    const kept = this.draft.read();
    if (!this.text.value && kept.text) {
      this.text.value = kept.text;
      this.form.elements.key.value = kept.key; // had it arrived after all, it is still one message
    }
    if (!this.form.elements.reply_to.value && kept.replyTo) this.answer(kept.replyTo, kept.replyName, kept.replyPreview);
    if (kept.files?.length) this.say(this.words.wordsKeptFiles.replace("%s", kept.files.join(", ")));
  }

  update() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
    const hasContent = Boolean(this.text.value.trim() || this.files.files.length);
    this.composer.toggleAttribute("data-has-content", hasContent);
    const mayAnswer = ["ready", "take"].includes(this.state);
    document.getElementById("composer-send").disabled = !mayAnswer || this.sending || !hasContent;
  }

  async send() {
    if (this.sending || document.getElementById("composer-send").disabled) return;
    const body = new FormData(this.form);
    body.delete("files");
    for (const file of this.files.files) body.append("files", file, file.name);
    this.busy(true);
    try {
      const showProgress = this.files.files.length ? (part) => this.show(part) : undefined;
      this.settle(await post(this.form.action, body, showProgress));
    } catch {
      this.say(this.words.wordsNetwork);
    } finally {
      this.busy(false);
    }
  }

  settle(answer) {
    if (answer.key) this.form.elements.key.value = answer.key;
    if (answer.ok) {
      this.text.value = "";
      this.files.clear();
      this.answer("", "", "");
      this.on.sent();
      return;
    }
    this.changed();
    if (answer.status === 401) this.on.signedOut();
    this.say(answer.error || (answer.status === 401 ? this.words.wordsSignedOut : this.words.wordsFailed));
  }

  busy(sending) {
    this.sending = sending;
    this.text.readOnly = sending;
    this.composer.toggleAttribute("data-sending", sending);
    this.progress.hidden = !sending || !this.files.files.length;
    this.progress.value = 0;
    this.update();
    if (!sending && !window.matchMedia("(pointer: coarse)").matches) this.text.focus();
  }

  show(part) {
    this.progress.value = Math.round(part * 100);
  }

  say(words) {
    this.error.textContent = words;
    this.error.hidden = false;
  }
}
