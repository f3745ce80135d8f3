// Says above the composer how much that matters has come while something was being typed, and keeps in the form
// up to which journal number the conversation was known when it was begun.

export class Newer {
  constructor(composer, box, toBottom) {
    this.box = box;
    this.field = composer.querySelector("#reply-form").elements.seen;
    this.text = composer.querySelector("textarea.composer-text");
    this.hint = composer.querySelector("#composer-newer");
    this.hint.querySelector("button").addEventListener("click", () => {
      toBottom();
      this.known();
      this.text.focus();
    });
    this.text.addEventListener("input", () => this.text.value || this.known());
    composer.addEventListener("composer-changed", () => this.text.value || this.known());
  }

  known() {
    this.field.value = this.box.dataset.lastSeq;
    this.hint.hidden = true;
  }

  // After each frame.
  look() {
    if (!this.text.value.trim()) {
      this.known();
      return;
    }
    const newer = [...this.box.querySelectorAll(":scope > [data-seq]")].filter((item) => this.matters(item));
    this.hint.hidden = !newer.length;
    const { one, few, many } = this.hint.dataset;
    const form = new Intl.PluralRules(this.box.dataset.language).select(newer.length);
    const words = { one, few }[form] || many;
    this.hint.querySelector("span").textContent = words.replace("%s", newer.length);
  }

  // A message of the client or of a colleague; one's own and what only concerns delivery are no news.
  matters(item) {
    if (Number(item.dataset.seq) <= Number(this.field.value) || !item.matches(".message")) return false;
    return item.dataset.direction !== "out" || item.dataset.author !== document.body.dataset.userId;
  }
}
