// The way upwards: older items as one scrolls, and a jump to a message that is not on the page yet.

export class History {
  // `address`: the ticket's. The page's own also holds what the list beside it is narrowed by.
  constructor(conversation, address, signal) {
    this.conversation = conversation;
    this.address = address;
    this.signal = signal;
    this.loading = null;
    this.watcher = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.load(),
      { root: conversation.box, rootMargin: "400px 0px 0px 0px" },
    );
    signal.addEventListener("abort", () => this.watcher.disconnect());
    this.watch();
    conversation.box.addEventListener("click", (event) => this.clicked(event));
    this.followAddress();
  }

  watch() {
    this.watcher.disconnect();
    const older = document.getElementById("older");
    if (older) this.watcher.observe(older);
  }

  // Loads the stretch before the first item; with `through`, so much that this journal number is on it.
  load(through = 0) {
    if (!document.getElementById("older")) return Promise.resolve();
    this.loading ??= this.fetchOlder(through).finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  async fetchOlder(through) {
    const older = document.getElementById("older");
    older.dataset.state = "loading";
    try {
      const query = new URLSearchParams({ before: this.conversation.firstSeq, ...(through && { through }) });
      const answer = await fetch(`${this.address}?${query}`, { headers: { "HX-Request": "true" }, signal: this.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.conversation.prepend(await answer.text());
      this.watch();
    } catch {
      older.dataset.state = ""; // it stays a link: a click or the next scroll tries again
    }
  }

  clicked(event) {
    if (event.target.closest("#older")) {
      event.preventDefault();
      this.load();
    }
    const quote = event.target.closest("[data-jump]");
    if (quote && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.jump(`message-${quote.dataset.jump}`, Number(quote.dataset.jumpSeq));
    }
  }

  async jump(id, seq) {
    if (!document.getElementById(id) && seq < this.conversation.firstSeq) {
      await this.loading; // a stretch that is on its way moves the place to load from
      await this.load(seq);
    }
    const item = document.getElementById(id);
    if (item) this.conversation.show(item);
  }

  // An address like ?through=12#message-7 opens at that message; any other at the first unread one, or at the
  // bottom.
  followAddress() {
    const item = /^#(message|event)-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    const unread = document.getElementById("first-unread");
    if (item) this.conversation.show(item);
    else if (unread) this.conversation.showFrom(unread);
    else this.conversation.toBottom();
  }
}
