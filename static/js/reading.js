// Reports how far the conversation was really read: what stood in sight while the tab was seen and had the focus.

import { cookie } from "./post.js";

const SETTLE = 400; // milliseconds: what only flew by was not read

export class Reading {
  // `send(command)` gives it to the socket and returns whether there is one.
  constructor(box, send, signal) {
    this.box = box;
    this.send = send;
    this.read = Number(box.dataset.readSeq);
    const look = () => this.look();
    box.addEventListener("scroll", look, { passive: true });
    box.addEventListener("arranged", look);
    window.addEventListener("focus", look, { signal });
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    this.look();
  }

  look() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report(), SETTLE);
  }

  report() {
    if (document.hidden || !document.hasFocus()) return;
    const seq = this.lastInSight();
    if (seq <= this.read) return;
    this.read = seq;
    if (this.send({ read: seq })) return;
    const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
    fetch(this.box.dataset.read, { method: "POST", headers, body: new URLSearchParams({ seq }), keepalive: true }).catch(() => {
      this.read = 0; // told with the next look
    });
  }

  lastInSight() {
    const bottom = this.box.getBoundingClientRect().bottom;
    for (let item = this.box.lastElementChild; item; item = item.previousElementSibling) {
      if (item.dataset.seq && item.getBoundingClientRect().top < bottom - 8) return Number(item.dataset.seq);
    }
    return 0;
  }
}
