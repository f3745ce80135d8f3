// Which colleagues look at this ticket or type in it, and lets them know the same of whoever is here.

const EVERY = 4000; // milliseconds between two reports of typing; the server keeps one for seven seconds
const TONES = 8;

export class Presence {
  // `send(command)` gives it to the socket.
  constructor(pane, send, signal) {
    this.list = pane.querySelector("#presence");
    this.said = pane.querySelector("#presence-said");
    this.send = send;
    this.told = 0;
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    pane.querySelector("textarea.composer-text")?.addEventListener("input", (event) => this.typed(event.target));
  }

  look() {
    this.send({ looking: !document.hidden });
  }

  typed(text) {
    if (!text.value.trim() || Date.now() - this.told < EVERY) return;
    this.told = Date.now();
    this.send({ typing: true });
  }

  show(people) {
    const before = this.list.textContent;
    this.list.replaceChildren(...people.map((person) => this.entry(person)));
    this.list.hidden = !people.length;
    if (this.list.textContent === before) return;
    this.said.textContent = people.map((person) => this.words(person)).join(". ");
  }

  words({ name, state }) {
    const { wordsLooking, wordsTyping } = this.list.dataset;
    return (state === "typing" ? wordsTyping : wordsLooking).replace("%s", name);
  }

  entry(person) {
    const entry = document.createElement("li");
    entry.dataset.state = person.state;
    entry.title = this.words(person);
    const picture = document.createElement("span");
    picture.className = "avatar avatar-xs rounded-circle";
    picture.dataset.tone = person.id % TONES;
    picture.ariaHidden = "true";
    picture.textContent = person.name.slice(0, 1).toUpperCase();
    const words = document.createElement("span");
    words.className = "presence-words";
    words.dir = "auto";
    words.textContent = this.words(person);
    entry.append(picture, words);
    return entry;
  }
}
