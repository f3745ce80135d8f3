// What is being written, kept until it is sent: by this tab at once, so that a reload or an expired session loses
// nothing, and by the server after a moment, so that it is there on every device. Of another ticket opened
// meanwhile not even the chosen files are lost.

import { cookie } from "./post.js";

const PAUSE = 800; // milliseconds without a key before the server hears of it
const files = new Map(); // of tickets that are not open; a reload can't keep them

export class Draft {
  // `composer` carries data-draft, the address, and what the server has.
  constructor(ticket, composer, signal) {
    this.name = `draft:${document.body.dataset.userId}:${ticket}`;
    this.address = composer.dataset.draft;
    this.known = Number(composer.dataset.draftVersion);
    this.saved = { text: composer.dataset.draftText, mode: composer.dataset.draftMode };
    signal.addEventListener("abort", () => this.save());
    window.addEventListener("pagehide", () => this.save(), { signal });
  }

  // The tab's own, unless another device has written since.
  read() {
    const own = this.stored();
    if (own.text && own.version >= this.known) {
      this.wanted = { text: own.text, mode: own.mode };
      return own;
    }
    return this.saved.text ? { ...own, key: "", ...this.saved } : own;
  }

  stored() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? {};
    } catch {
      return {};
    }
  }

  keepFiles(chosen) {
    if (chosen.length) files.set(this.name, chosen);
  }

  takeFiles() {
    const kept = files.get(this.name) ?? [];
    files.delete(this.name);
    return kept;
  }

  keep(what) {
    this.wanted = { text: what.text, mode: what.mode };
    this.store(what);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  store(what) {
    try {
      if (what.text || what.files.length || what.replyTo || what.buttons || what.edit) sessionStorage.setItem(this.name, JSON.stringify({ ...what, version: this.known }));
      else sessionStorage.removeItem(this.name);
    } catch {
      // No room, or a browser that keeps nothing: the page itself still has it.
    }
  }

  get isNew() {
    const { wanted, saved } = this;
    return Boolean(wanted) && (wanted.text !== saved.text || (wanted.text && wanted.mode !== saved.mode));
  }

  // One at a time, so that they arrive in order.
  async save() {
    clearTimeout(this.timer);
    if (this.running || !this.isNew) return;
    const { text, mode } = this.wanted;
    this.running = true;
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") },
        body: new URLSearchParams({ text, mode, known: this.known }),
        keepalive: text.length < 10_000, // browsers let little outlive a page
      });
      if (answer.ok || answer.status === 409) {
        const { version } = await answer.json();
        this.known = version;
        const own = this.stored();
        if (own.text) this.store(own); // what the tab keeps is as new as that
        if (answer.ok) this.saved = { text, mode };
      }
    } catch {
      // Not reachable: the tab has it, and the next key tries again.
    } finally {
      this.running = false;
    }
    if (this.wanted.text !== text) this.save();
  }
}
