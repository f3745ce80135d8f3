// The reactions in a message's menu: a few at once, the dozens of others when they are asked for.

export class Reactions {
  // `resized()` after the others came or went.
  constructor(form, resized) {
    this.form = form;
    this.others = form.querySelector("#other-reactions");
    this.more = form.querySelector("[data-more-reactions]");
    this.more.addEventListener("click", () => {
      this.showOthers(this.others.hidden);
      this.mark();
      resized();
    });
  }

  // For one message: where the choice goes, and what our side has chosen before.
  open(address, chosen) {
    this.chosen = chosen;
    this.form.setAttribute("action", address);
    this.showOthers(false);
    this.mark();
  }

  mark() {
    for (const button of this.form.querySelectorAll(".reaction[name=emoji]")) {
      button.ariaPressed = String(button.value === this.chosen);
    }
  }

  showOthers(shown) {
    const { emoji, words } = this.others.dataset;
    if (shown && !this.others.children.length) this.others.append(...emoji.split(" ").map((one) => reaction(one, words)));
    this.others.hidden = !shown;
    this.more.ariaExpanded = String(shown);
  }
}

function reaction(emoji, words) {
  const button = document.createElement("button");
  button.className = "reaction";
  button.name = "emoji";
  button.value = button.textContent = emoji;
  button.ariaLabel = words.replace("%s", emoji);
  return button;
}
