// Buttons below a reply: made in a dialog, shown above the text, sent as rows in one field of the form.

const ADDRESS = /^(https?|tg):\/\/\S+$/i;

export class ComposerButtons {
  constructor(composer, changed) {
    this.field = composer.querySelector("form.composer-form").elements.buttons;
    this.shown = composer.querySelector("#composer-buttons");
    this.dialog = document.getElementById("buttons-dialog");
    this.words = this.dialog.dataset;
    this.changed = changed;
    this.rows = [];
    this.restore(this.field.value);
    composer.querySelector("[data-edit-buttons]").addEventListener("click", () => this.open());
    this.part("[data-preset]").addEventListener("click", () => this.addPreset());
    this.part("[data-add]").addEventListener("click", () => this.addOwn());
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
      event.preventDefault();
      this.addOwn();
    });
    // What was typed and not added yet is meant too.
    this.dialog.addEventListener("submit", (event) => this.part("#button-text").value.trim() && !this.addOwn() && event.preventDefault());
  }

  part(selector) {
    return this.dialog.querySelector(selector);
  }

  get count() {
    return this.rows.flat().length;
  }

  open() {
    this.say("");
    this.dialog.showModal();
    this.part("#button-text").focus();
  }

  restore(json) {
    try {
      this.rows = JSON.parse(json || "[]");
    } catch {
      this.rows = [];
    }
    this.draw();
  }

  clear() {
    this.rows = [];
    this.draw();
  }

  addPreset() {
    const { solved, stillOpen } = this.words;
    if (this.count > Number(this.words.most) - 2) return this.say(this.words.wordsMost);
    this.rows.push([{ text: solved, answer: "solved" }, { text: stillOpen, answer: "still_open" }]);
    return this.drawn();
  }

  addOwn() {
    const [text, address] = [this.part("#button-text"), this.part("#button-address")];
    const [words, url] = [text.value.trim(), address.value.trim()];
    if (!words) return text.focus();
    if (url && !ADDRESS.test(url)) return this.say(this.words.wordsAddress);
    if (this.count >= Number(this.words.most)) return this.say(this.words.wordsMost);
    const button = url ? { text: words, url } : { text: words, answer: words };
    if (this.part("[data-beside]").checked && this.rows.length) this.rows.at(-1).push(button);
    else this.rows.push([button]);
    text.value = address.value = "";
    text.focus();
    return this.drawn();
  }

  remove(button) {
    this.rows = this.rows.map((row) => row.filter((other) => other !== button)).filter((row) => row.length);
    this.drawn();
  }

  drawn() {
    this.say("");
    this.draw();
    this.changed();
    return true;
  }

  say(words) {
    this.part("[data-error]").textContent = words;
    return false;
  }

  draw() {
    this.field.value = this.rows.length ? JSON.stringify(this.rows) : "";
    this.shown.hidden = !this.rows.length;
    this.shown.replaceChildren(...this.rows.map((row) => this.row(row)));
    this.part("[data-rows]").replaceChildren(...this.rows.map((row) => this.row(row)));
  }

  row(row) {
    const line = document.createElement("div");
    line.className = "button-row";
    line.append(...row.map((button) => this.chip(button)));
    return line;
  }

  chip(button) {
    const chip = document.createElement("span");
    chip.className = "button-chip";
    chip.title = button.url ?? "";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "btn-close";
    remove.ariaLabel = `${this.words.wordsRemove}: ${button.text}`;
    remove.addEventListener("click", () => this.remove(button));
    chip.append(button.url ? `${button.text} ↗` : button.text, remove);
    return chip;
  }
}
