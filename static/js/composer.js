// The composer: text that grows, what it is about and how it is sent; what could not be sent stays where it is.

import { ComposerButtons } from "./composer_buttons.js";
import { ComposerFiles } from "./composer_files.js";
import { Mode } from "./composer_mode.js";
import { resetOptions, snapshot, takeUp } from "./composer_kept.js";
import { Sending } from "./composer_sending.js";
import { Target } from "./composer_target.js";
import { Draft } from "./draft.js";

export class Composer {
  // `on.sent()` after a reply was accepted, `on.signedOut()` when the session is over. Ends with `signal`.
  constructor(composer, ticket, on, signal) {
    this.composer = composer;
    this.form = composer.querySelector("form.composer-form");
    this.text = this.form.elements.text;
    this.sending = new Sending(composer, { ...on, changed: () => this.changed(), drawn: () => this.update(), again: () => this.send() });
    this.draft = new Draft(ticket, composer, signal);
    this.mode = new Mode(composer, () => this.changed());
    this.target = new Target(composer, () => this.changed());
    this.files = new ComposerFiles(composer, { changed: () => this.changed(), refused: (words) => this.say(words) });
    this.buttons = new ComposerButtons(composer, () => this.changed());
    this.restore();
    this.listen(signal);
    this.update();
  }

  get state() {
    return this.composer.querySelector("#composer-state").dataset.state;
  }

  get submit() {
    return this.composer.querySelector("#composer-send");
  }

  listen(signal) {
    signal.addEventListener("abort", () => {
      this.draft.keepFiles(this.files.files);
      this.files.release();
    });
    this.form.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.target.onCancel(() => this.stopEditing() || this.target.clear());
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-reply-to]");
      if (!link) return;
      event.preventDefault();
      this.answer({ id: link.dataset.replyTo, name: link.dataset.replyName, preview: link.dataset.replyPreview });
    }, { signal });
    document.addEventListener("panel-refreshed", () => this.update(), { signal });
  }

  // Enter sends and Shift+Enter begins a line; on a phone, whose keyboard has no Shift+Enter, Enter begins one.
  pressed(event) {
    if (event.key === "Escape" && this.target.editing) this.stopEditing();
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const touch = window.matchMedia("(pointer: coarse)").matches;
    if (touch && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.send();
  }

  answer(target) {
    this.stopEditing();
    this.target.answer(target);
    this.text.focus();
  }

  // A message of ours comes into the composer; what was being written waits until that is done.
  edit(address, preview, markup) {
    if (!this.target.editing) this.before = snapshot(this);
    this.form.elements.format.checked = true;
    this.text.value = markup;
    this.target.edit(address, preview);
    this.text.focus();
  }

  stopEditing() {
    if (!this.target.editing) return false;
    const { before } = this;
    this.text.value = before.text;
    this.form.elements.format.checked = before.formatted;
    this.target.clear();
    this.target.restore(before);
    this.changed();
    return true;
  }

  changed() {
    this.say("");
    this.update();
    const { editing } = this.target;
    if (editing) this.draft.keep({ ...this.before, edit: { ...editing, text: this.text.value } });
    else this.draft.keep(snapshot(this));
    this.form.dispatchEvent(new Event("composer-changed", { bubbles: true }));
  }

  restore() {
    const kept = this.draft.read();
    const files = this.draft.takeFiles();
    takeUp(kept, this);
    if (kept.edit) this.edit(kept.edit.address, kept.edit.preview, kept.edit.text);
    if (files.length) this.files.add(files);
    else if (kept.files?.length) this.say(this.composer.dataset.wordsKeptFiles.replace("%s", kept.files.join(", ")));
  }

  update() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
    const hasFiles = this.files.files.length > 0 && !this.target.editing;
    const hasContent = Boolean(this.text.value.trim()) || hasFiles;
    this.composer.toggleAttribute("data-has-content", hasContent);
    this.composer.toggleAttribute("data-has-files", hasFiles);
    const mayAnswer = this.state === "ready" || (this.state === "take" && !this.target.editing);
    this.submit.disabled = !mayAnswer || this.sending.running || !hasContent;
    this.mode.follow(["ready", "take"].includes(this.state), hasContent);
    this.mode.button.disabled = this.sending.running || !hasContent;
  }

  send() {
    const { editing } = this.target;
    const isNote = this.mode.isNote && !editing;
    if (this.sending.running || (isNote ? this.mode.button : this.submit).disabled) return;
    const body = new FormData(this.form);
    if (editing) {
      for (const name of new Set(body.keys())) if (!["text", "format", "csrfmiddlewaretoken"].includes(name)) body.delete(name);
      this.sending.deliver(editing.address, body, () => this.stopEditing());
      return;
    }
    this.files.addTo(body);
    this.sending.deliver(isNote ? this.mode.address : this.form.action, body, () => this.reset());
  }

  // Alone, beside what is being written, whose buttons stay with it. Resolves to whether it was accepted.
  sendVoice(file, seconds) {
    const body = new FormData(this.form);
    for (const name of ["text", "files", "as_file", "buttons"]) body.delete(name);
    body.append("files", file, file.name);
    body.append("voice", file.name);
    body.append("voice_seconds", String(seconds));
    return this.sending.deliver(this.form.action, body, () => this.target.clear());
  }

  reset() {
    this.draft.takeFiles(); // sent while another ticket was open
    this.text.value = "";
    resetOptions(this.form);
    this.buttons.clear();
    this.files.clear();
    this.target.clear();
  }

  say(words) {
    this.sending.say(words);
  }
}
