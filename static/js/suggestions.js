// A list above the composer's text, of what the word at the cursor may become: arrow keys choose, Enter puts in.

export class Suggestions {
  // `trigger`: matches the text before the cursor, its last group what was typed so far. `find(typed)` resolves
  // to the options (<li>); `take(option)` returns what is put in place of the whole match, or null.
  constructor(text, list, { trigger, when = () => true, find, take }) {
    Object.assign(this, { text, list, trigger, when, find, take, asked: 0 });
    text.addEventListener("input", () => this.look());
    text.addEventListener("blur", () => this.close());
    text.addEventListener("keydown", (event) => this.pressed(event), { capture: true });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the text keeps the cursor
      const option = event.target.closest("[role=option]");
      if (option) this.put(option);
    });
  }

  get before() {
    return this.text.value.slice(0, this.text.selectionStart);
  }

  async look() {
    const found = this.when() && this.before.match(this.trigger);
    const number = (this.asked += 1);
    if (!found) return this.close();
    const options = await this.find(found.at(-1)).catch(() => []);
    if (number !== this.asked) return undefined; // something newer was typed
    this.list.replaceChildren(...options);
    this.list.hidden = options.length === 0;
    this.text.setAttribute("aria-controls", this.list.id);
    if (options.length) this.choose(options[0]);
    else this.close();
    return undefined;
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    for (const other of this.list.children) other.ariaSelected = String(other === option);
    this.text.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    if (this.list.hidden || event.isComposing) return;
    const options = [...this.list.children];
    const now = options.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose(options.at((now + step) % options.length));
    else if (["Enter", "Tab"].includes(event.key)) this.put(options[now]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Enter would send
  }

  put(option) {
    const found = this.before.match(this.trigger);
    this.close();
    if (!found) return;
    const end = this.text.selectionStart;
    const start = end - found[0].trimStart().length;
    this.text.setSelectionRange(start, end);
    const words = this.take(option);
    // As if it were typed, so that it can be undone.
    if (!document.execCommand("insertText", false, words)) {
      this.text.setRangeText(words, start, end, "end");
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

// In a note, `@` calls a colleague.
export function wireMentions(composer) {
  const people = [...composer.querySelector("#mention-people").content.children];
  new Suggestions(composer.querySelector("textarea.composer-text"), composer.querySelector("#composer-mentions"), {
    trigger: /(?:^|\s)@([\p{L}\p{N}_.+-]*)$/u,
    when: () => composer.dataset.mode === "note",
    find: async (typed) => people.filter((one) => one.dataset.find.toLowerCase().includes(typed.toLowerCase())).slice(0, 8),
    take: (option) => `@${option.dataset.username} `,
  });
}

// `/` and the beginning of a shortcut: canned replies, with this ticket's names in them already, and their files,
// which `addFiles` takes.
export function wireCanned(composer, addFiles) {
  const template = document.createElement("template");
  new Suggestions(composer.querySelector("textarea.composer-text"), composer.querySelector("#composer-canned"), {
    trigger: /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u,
    when: () => !composer.hasAttribute("data-editing"),
    find: async (typed) => {
      const answer = await fetch(`${composer.dataset.canned}?${new URLSearchParams({ q: typed })}`, { headers: { "HX-Request": "true" } });
      template.innerHTML = answer.ok ? await answer.text() : "";
      return [...template.content.children];
    },
    take: (option) => {
      fetchFiles(option).then(addFiles, () => addFiles([]));
      return option.dataset.text;
    },
  });
}

async function fetchFiles(option) {
  const links = [...option.querySelectorAll("[data-canned-file]")];
  return Promise.all(links.map(async (link) => {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const body = await answer.blob();
    return new File([body], link.dataset.cannedFile, { type: body.type });
  }));
}
