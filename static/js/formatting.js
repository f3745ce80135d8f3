// Marks around what is selected in the composer's text, by buttons and by keys; and how the text will look.

const KEYS = { KeyB: "**", KeyI: "__", KeyU: "^^", KeyK: "link" };
const SHIFTED = { KeyX: "~~", KeyM: "`", KeyP: "||" };
const REMEMBERED = "formatting-off";

export class Formatting {
  constructor(composer) {
    const form = composer.querySelector("form.composer-form");
    this.text = form.elements.text;
    this.marks = composer.querySelector(".composer-marks");
    this.switch = form.elements.format;
    this.dialog = document.getElementById("link-dialog");
    if (localStorage.getItem(REMEMBERED)) this.switch.checked = false;
    this.switch.addEventListener("change", () => this.switched());
    form.addEventListener("composer-changed", () => this.draw()); // an edit switches it on for itself
    this.draw();
    for (const button of this.marks.querySelectorAll("[data-mark]")) {
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
      button.addEventListener("click", () => this.apply(button.dataset.mark));
    }
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("close", () => this.linked());
  }

  switched() {
    if (this.switch.checked) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, "1");
    this.draw();
  }

  draw() {
    for (const button of this.marks.children) button.disabled = !this.switch.checked;
  }

  // By the place of the key: the letters of a Russian keyboard are others.
  pressed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !this.switch.checked) return;
    const mark = (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (!mark) return;
    event.preventDefault();
    this.apply(mark);
  }

  apply(mark) {
    if (this.text.readOnly) return;
    if (mark === "link") this.askForLink();
    else if (mark === "> ") this.quoteLines();
    else if (mark === "```") this.surround("```\n", "\n```");
    else this.surround(mark, mark);
    this.text.focus();
  }

  // Without the white space at its ends, where a mark would mean nothing.
  selection() {
    const { value, selectionStart, selectionEnd } = this.text;
    const chosen = value.slice(selectionStart, selectionEnd);
    const start = chosen.trim() ? selectionStart + chosen.length - chosen.trimStart().length : selectionStart;
    return [start, start + chosen.trim().length];
  }

  surround(before, after) {
    const [start, end] = this.selection();
    const { value } = this.text;
    const [outer, chosen] = [start - before.length, value.slice(start, end)];
    if (chosen && outer >= 0 && value.slice(outer, start) === before && value.slice(end, end + after.length) === after) {
      this.replace(outer, end + after.length, chosen, outer, outer + chosen.length);
      return;
    }
    this.replace(start, end, `${before}${chosen}${after}`, start + before.length, start + before.length + chosen.length);
  }

  quoteLines() {
    const { value, selectionStart, selectionEnd } = this.text;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const lines = value.slice(start, selectionEnd).split("\n");
    const quoted = lines.every((line) => line.startsWith("> "));
    const text = lines.map((line) => (quoted ? line.slice(2) : `> ${line}`)).join("\n");
    this.replace(start, selectionEnd, text, start + text.length, start + text.length);
  }

  askForLink() {
    const [start, end] = this.selection();
    this.place = [start, end];
    this.dialog.querySelector("#link-text").value = this.text.value.slice(start, end);
    this.dialog.querySelector("#link-address").value = "";
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.dialog.querySelector(end > start ? "#link-address" : "#link-text").focus();
  }

  linked() {
    if (this.dialog.returnValue !== "add") return;
    const [words, typed] = ["#link-text", "#link-address"].map((name) => this.dialog.querySelector(name).value.trim());
    const address = (/^(https?|tg):\/\//i.test(typed) ? typed : `https://${typed}`).replace(/\s/g, "%20");
    const link = `[${words.replace(/\s+/g, " ")}](${address})`;
    this.text.focus();
    this.replace(...this.place, link, this.place[0] + link.length, this.place[0] + link.length);
  }

  // Where the text is being written, or instead of what is selected.
  type(words) {
    if (this.text.readOnly) return;
    const { selectionStart, selectionEnd } = this.text;
    this.replace(selectionStart, selectionEnd, words, selectionStart + words.length, selectionStart + words.length);
  }

  // As if it were typed, so that it can be undone.
  replace(start, end, text, from, to) {
    this.text.focus();
    this.text.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, text)) {
      this.text.setRangeText(text, start, end);
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.text.setSelectionRange(from, to);
  }
}
