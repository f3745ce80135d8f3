// The bar above the conversation that says when the page is not up to date, and why.

export class Connection {
  constructor() {
    this.bar = document.getElementById("connection");
    this.current = "";
  }

  // online, offline, signed-out or gone.
  show(state) {
    if (state === this.current) return;
    const before = this.current;
    this.current = state;
    clearTimeout(this.timer);
    const { wordsOffline, wordsBack, wordsGone, wordsSignedOut } = this.bar.dataset;
    if (state === "online") {
      if (this.bar.hidden) return;
      this.say("online", before === "offline" ? wordsBack : "");
      this.timer = setTimeout(() => this.say("online", ""), 2500);
    } else if (state === "offline") {
      // A server that restarts is back before one has read the bar.
      this.timer = setTimeout(() => this.say("offline", wordsOffline), 700);
    } else if (state === "gone") this.say("gone", wordsGone);
    else this.say("signed-out", wordsSignedOut, this.signInLink());
  }

  say(state, words, ...more) {
    this.bar.dataset.state = state;
    this.bar.hidden = !words;
    this.bar.replaceChildren(words, ...more);
  }

  // In a window of its own, so that chosen files stay here too.
  signInLink() {
    const link = document.createElement("a");
    link.href = `${this.bar.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
    link.target = "_blank";
    link.textContent = this.bar.dataset.wordsSignIn;
    return link;
  }
}
