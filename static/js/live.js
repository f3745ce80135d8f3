// The socket of one ticket: asks for everything after the last number it has, and again after each gap. What
// it gets it hands on; frames that come twice change nothing.

const WAITS = [300, 700, 1500, 3000, 6000, 10_000]; // milliseconds before another try
const SILENCE = 40_000; // the server shows every 15 s that it lives: silence means a dead connection
const NOT_SIGNED_IN = 4401;
const NOT_FOUND = 4404;

export class Live {
  // `box` carries data-ticket, data-last-seq and data-language; `on` has frame(frame), present(people), opened()
  // and state(name). Ends with
  // `signal`.
  constructor(box, on, signal) {
    this.box = box;
    this.on = on;
    this.tries = 0;
    this.socket = null;
    this.open();
    window.addEventListener("online", () => this.retry(), { signal });
    window.addEventListener("offline", () => this.socket && this.again(), { signal }); // asks whether it still lives
    document.addEventListener("visibilitychange", () => !document.hidden && this.retry(), { signal });
    window.addEventListener("focus", () => this.retry(), { signal });
    signal.addEventListener("abort", () => this.close());
    window.addEventListener("pagehide", () => this.close(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.retry(), { signal });
  }

  get lastSeq() {
    return Number(this.box.dataset.lastSeq);
  }

  open() {
    clearTimeout(this.timer);
    const { ticket, language } = this.box.dataset;
    const query = new URLSearchParams({ after: this.lastSeq, language });
    const address = new URL(`/ws/tickets/${ticket}/?${query}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => socket === this.socket && this.opened();
    socket.onmessage = (event) => socket === this.socket && this.take(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.closed(event.code);
    this.listen();
  }

  take(frame) {
    this.tries = 0;
    this.alive();
    if (frame.type === "present") this.on.present(frame.people);
    if (frame.type !== "events") return;
    if (frame.after > this.lastSeq) {
      this.again(); // something in between is missing
      return;
    }
    this.on.frame(frame);
    if (frame.seq > this.lastSeq) this.box.dataset.lastSeq = frame.seq;
  }

  opened() {
    this.alive();
    this.on.opened();
  }

  // Returns whether it was sent.
  send(command) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(command));
    return true;
  }

  alive() {
    this.on.state("online");
    this.listen();
  }

  listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.again(), SILENCE);
  }

  closed(code) {
    clearTimeout(this.silence);
    this.socket = null;
    if (code === NOT_FOUND) {
      this.on.state("gone");
      return;
    }
    this.on.state(code === NOT_SIGNED_IN ? "signed-out" : "offline");
    if (code === NOT_SIGNED_IN) return; // coming back to the page (from signing in) tries again
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  again() {
    this.close();
    this.open();
  }

  retry() {
    if (!this.socket) this.open();
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }
}
