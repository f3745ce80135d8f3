// One menu for all messages: opens at the one whose dots were pressed, and offers what can be done with it.

import { Reactions } from "./reactions.js";

export class MessageMenu {
  // `composer` answers and edits; `say(words)` tells what could not be done.
  constructor(composer, say, signal) {
    this.menu = document.getElementById("message-menu");
    this.dialog = document.getElementById("delete-dialog");
    this.reactions = new Reactions(this.menu.querySelector("form"), () => this.place());
    this.composer = composer;
    this.say = say;
    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-message-menu]");
      if (!opener || event.ctrlKey || event.metaKey || !this.menu.showPopover) return;
      event.preventDefault();
      this.open(opener);
    }, { signal });
    this.menu.addEventListener("click", (event) => this.clicked(event));
    this.menu.addEventListener("keydown", (event) => this.pressed(event));
    this.menu.addEventListener("submit", () => this.close());
    this.dialog.addEventListener("submit", () => this.dialog.close());
    for (const button of document.querySelectorAll("dialog [data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
  }

  open(opener) {
    this.opener = opener;
    this.message = opener.closest("article.message");
    this.text = [...this.message.querySelectorAll(":scope .message-text")].find((one) => !one.closest(".versions"));
    const { direction, delivery } = this.message.dataset;
    const state = document.getElementById("composer-state")?.dataset.state ?? "";
    const deleted = this.message.hasAttribute("data-deleted");
    Object.assign(this.menu.dataset, { direction, delivery, state });
    this.menu.toggleAttribute("data-has-text", Boolean(this.text?.textContent.trim()));
    this.menu.toggleAttribute("data-is-deleted", deleted);
    this.menu.toggleAttribute("data-reacted", Boolean(opener.dataset.reaction));
    this.menu.toggleAttribute("data-no-composer", !this.composer);
    this.reactions.open(this.address("react"), opener.dataset.reaction);
    this.menu.showPopover();
    this.place();
    this.items()[0]?.focus();
  }

  address(verb) {
    return `/messages/${this.opener.dataset.messageMenu}/${verb}/`;
  }

  // Below the dots, or above where there is no room; never outside of the window.
  place() {
    const [at, own] = [this.opener.getBoundingClientRect(), this.menu.getBoundingClientRect()];
    const below = at.bottom + own.height + 12 <= window.innerHeight;
    const top = below ? at.bottom + 4 : at.top - own.height - 4;
    const left = this.menu.dataset.direction === "out" ? at.right - own.width : at.left;
    this.menu.style.top = `${Math.max(8, Math.min(top, window.innerHeight - own.height - 8))}px`;
    this.menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - own.width - 8))}px`;
  }

  close() {
    this.menu.hidePopover();
  }

  items() {
    return [...this.menu.querySelectorAll("button")].filter((button) => button.checkVisibility());
  }

  pressed(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = this.items();
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  }

  clicked(event) {
    const button = event.target.closest("button");
    const act = button?.dataset.act;
    if (!act) return;
    this.close();
    this[act]();
  }

  reply() {
    this.message.querySelector("[data-reply-to]").click();
  }

  quote() {
    document.dispatchEvent(new CustomEvent("quote-asked", { detail: { message: this.message, text: this.text } }));
  }

  async copy() {
    const { wordsCopied, wordsNotCopied } = this.menu.dataset;
    try {
      await navigator.clipboard.writeText(this.text.textContent);
      this.say(wordsCopied, true);
    } catch {
      this.say(wordsNotCopied);
    }
  }

  async edit() {
    try {
      const answer = await (await fetch(this.address("edit"), { headers: { Accept: "application/json" } })).json();
      if (answer.ok) this.composer.edit(this.address("edit"), this.text.textContent.slice(0, 160), answer.text);
      else this.say(answer.error);
    } catch {
      this.say(this.menu.dataset.wordsUnreachable);
    }
  }

  delete() {
    this.dialog.querySelector("form").setAttribute("action", this.address("delete"));
    this.dialog.querySelector("[data-preview]").textContent = this.text?.textContent.slice(0, 200) ?? "";
    this.dialog.showModal();
  }
}
