// The bar above a list or a conversation that says when it is not up to date, and why.

export class Connection {
  // `id`: the bar's. It is looked for each time, since the list's is drawn anew with another view.
  constructor(id) {
    this.id = id;
    this.current = "";
  }

  get bar() {
    return document.getElementById(this.id);
  }

  // online, offline, signed-out or gone.
  show(state) {
    if (state === this.current) return;
    if (!this.bar) return;
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
    const { bar } = this;
    if (!bar) return; // its ticket is no longer open
    bar.dataset.state = state;
    bar.hidden = !words;
    bar.replaceChildren(words, ...more);
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
