// Whether the text goes to the client or is a note, which stays among staff.

export class Mode {
  constructor(composer, changed) {
    this.composer = composer;
    this.radios = composer.querySelector("form.composer-form").elements.mode;
    this.text = composer.querySelector("textarea.composer-text");
    this.button = composer.querySelector("#composer-note-send");
    for (const radio of this.radios) {
      radio.addEventListener("change", () => {
        this.draw();
        changed();
        this.text.focus();
      });
    }
    this.draw();
  }

  get isNote() {
    return this.radios.value === "note";
  }

  get address() {
    return this.button.formAction;
  }

  // Who may not answer can still note. What is written already never changes sides by itself.
  follow(mayAnswer, hasContent) {
    const [reply] = this.radios;
    if (reply.disabled === !mayAnswer) return;
    reply.disabled = !mayAnswer;
    if (!hasContent) this.choose(mayAnswer ? "reply" : "note");
  }

  choose(value) {
    this.radios.value = value;
    this.draw();
  }

  draw() {
    this.composer.dataset.mode = this.radios.value;
    const words = this.isNote ? this.text.dataset.wordsNote : this.text.dataset.wordsReply;
    this.text.placeholder = words;
    this.text.ariaLabel = words;
  }
}
