// The socket of the desk: says that something changed, or that something may have been missed, and what its owner
// is to be told at once.

const WAITS = [300, 700, 1500, 3000, 6000, 10_000]; // milliseconds before another try
const SILENCE = 40_000; // the server says something every 15 s: silence means a dead connection
const NOT_SIGNED_IN = 4401;

export class ListSocket {
  // `on` has changed(frame) (without a frame: whatever it may have missed), alert(frame) and state(name): online, offline or signed-out.
  constructor(on) {
    this.on = on;
    this.tries = 0;
    this.wasAway = false;
    this.open();
    for (const event of ["online", "focus"]) window.addEventListener(event, () => this.open());
    window.addEventListener("offline", () => this.socket && this.again()); // asks whether it still lives
    document.addEventListener("visibilitychange", () => !document.hidden && this.open());
    window.addEventListener("pagehide", () => this.drop());
    window.addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    if (this.socket) return;
    clearTimeout(this.timer);
    const address = new URL(`/ws/inbox/?language=${document.documentElement.lang}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => socket === this.socket && this.listen();
    socket.onmessage = (event) => socket === this.socket && this.take(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.closed(event.code);
    this.listen();
    // A socket is open before the server knows who asks: what it missed is asked for with the first frame,
    // or here when none comes soon.
    this.settling = setTimeout(() => this.isOpen && this.settled(), 1000);
  }

  take(frame) {
    this.listen();
    this.settled();
    if (frame.type === "changed") this.on.changed(frame);
    else if (frame.type === "alert") this.on.alert(frame);
  }

  settled() {
    clearTimeout(this.settling);
    this.tries = 0;
    this.on.state("online");
    if (this.wasAway) this.on.changed();
    this.wasAway = false;
  }

  listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.drop();
      this.closed(0);
    }, SILENCE);
  }

  closed(code) {
    this.drop();
    this.on.state(code === NOT_SIGNED_IN ? "signed-out" : "offline");
    if (code === NOT_SIGNED_IN) return; // coming back to the page (from signing in) tries again
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  again() {
    this.drop();
    this.open();
  }

  drop() {
    for (const timer of [this.timer, this.silence, this.settling]) clearTimeout(timer);
    const { socket } = this;
    this.socket = null;
    this.wasAway = true;
    socket?.close();
  }
}
