// Quotes a part of a message: what is selected in it, or what is selected in a dialog that opens for it.

export class Quoting {
  constructor(box, composer, signal) {
    this.box = box;
    this.composer = composer;
    this.button = document.getElementById("quote-selection");
    this.dialog = document.getElementById("quote-dialog");
    this.source = this.dialog.querySelector("textarea");
    document.addEventListener("quote-asked", (event) => this.ask(event.detail.message, event.detail.text), { signal });
    this.dialog.addEventListener("submit", () => this.chosen());
    document.addEventListener("selectionchange", () => this.follow(), { signal });
    box.addEventListener("scroll", () => this.follow(), { passive: true });
    this.button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    this.button.addEventListener("click", () => this.take());
  }

  // The message whose text is selected, and the words: never more than one message's.
  selected() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const inside = range.commonAncestorContainer;
    const text = (inside.closest ? inside : inside.parentElement).closest(".message-text");
    const message = text?.closest("article.message");
    const words = range.cloneContents().textContent.trim();
    return message && this.box.contains(text) && !text.closest(".versions") && words ? { message, words, range } : null;
  }

  follow() {
    const found = this.selected();
    this.button.hidden = !found;
    if (!found) return;
    const [at, frame] = [found.range.getBoundingClientRect(), this.box.getBoundingClientRect()];
    this.button.hidden = at.bottom < frame.top || at.top > frame.bottom;
    this.button.style.top = `${Math.max(frame.top + 4, at.top - this.button.offsetHeight - 6)}px`;
    this.button.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - this.button.offsetWidth - 8))}px`;
  }

  take() {
    const found = this.selected();
    if (found) this.quote(found.message, found.words);
  }

  ask(message, text) {
    const found = this.selected();
    if (found?.message === message) {
      this.quote(message, found.words);
      return;
    }
    this.message = message;
    this.source.value = text.textContent;
    this.dialog.showModal();
    this.source.focus();
    this.source.select();
  }

  chosen() {
    const { value, selectionStart, selectionEnd } = this.source;
    const words = value.slice(selectionStart, selectionEnd).trim();
    if (words) this.quote(this.message, words);
  }

  quote(message, words) {
    const { replyTo, replyName, replyPreview } = message.querySelector("[data-reply-to]").dataset;
    this.composer.answer({ id: replyTo, name: replyName, preview: replyPreview, quote: words });
    document.getSelection().removeAllRanges();
  }
}
