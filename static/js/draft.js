// What is being written, kept by this tab until it is sent: a reload or an expired session loses nothing.

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

  keep(what) {
    try {
      if (what.text || what.files.length || what.replyTo || what.buttons || what.edit) sessionStorage.setItem(this.name, JSON.stringify(what));
      else sessionStorage.removeItem(this.name);
    } catch {
      // No room, or a browser that keeps nothing: the page itself still has it.
    }
  }
}
