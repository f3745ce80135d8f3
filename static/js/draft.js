// What is being written, kept by this tab until it is sent: a reload or an expired session loses nothing, and
// another ticket opened meanwhile not even the chosen files.

const files = new Map(); // of tickets that are not open; a reload can't keep them

export class Draft {
  constructor(ticket) {
    this.name = `draft:${document.body.dataset.userId}:${ticket}`;
  }

  read() {
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
    try {
      if (what.text || what.files.length || what.replyTo || what.buttons || what.edit) sessionStorage.setItem(this.name, JSON.stringify(what));
      else sessionStorage.removeItem(this.name);
    } catch {
      // No room, or a browser that keeps nothing: the page itself still has it.
    }
  }
}
