// What the composer's text is about: nothing in particular, a message it answers (or a part of one), or a
// message of ours that it changes.

export class Target {
  constructor(composer, changed) {
    this.composer = composer;
    this.fields = composer.querySelector("form.composer-form").elements;
    this.bar = composer.querySelector("#composer-quote");
    this.name = this.bar.querySelector("[data-quote-name]");
    this.text = this.bar.querySelector("[data-quote-text]");
    this.cancel = this.bar.querySelector("[data-quote-cancel]");
    this.cancelWords = this.cancel.title;
    this.editing = null; // {address, preview}
    this.changed = changed;
  }

  onCancel(cancelled) {
    this.cancel.addEventListener("click", (event) => {
      event.preventDefault();
      cancelled();
    });
  }

  answer({ id, name, preview, quote = "" }) {
    this.editing = null;
    this.fill(id, quote);
    this.show(name, quote ? `“${quote}”` : preview);
  }

  edit(address, preview) {
    this.fill("", "");
    this.editing = { address, preview };
    this.show(this.bar.dataset.wordsEditing, preview);
  }

  clear() {
    this.editing = null;
    this.fill("", "");
    this.show("", "");
  }

  fill(id, quote) {
    this.fields.reply_to.value = id;
    this.fields.quote.value = quote;
  }

  show(name, text) {
    this.name.textContent = name;
    this.text.textContent = text;
    this.cancel.title = this.cancel.ariaLabel = this.editing ? this.bar.dataset.wordsStopEditing : this.cancelWords;
    this.bar.hidden = !this.fields.reply_to.value && !this.editing;
    this.composer.toggleAttribute("data-editing", Boolean(this.editing));
    this.changed();
  }

  // As it is kept with a draft, and taken up again.
  get kept() {
    const { reply_to: replyTo, quote } = this.fields;
    return { replyTo: replyTo.value, replyName: this.name.textContent, replyPreview: this.text.textContent, quote: quote.value };
  }

  restore(kept) {
    if (this.fields.reply_to.value || !kept.replyTo) return;
    this.answer({ id: kept.replyTo, name: kept.replyName, preview: kept.replyPreview, quote: kept.quote });
  }
}
