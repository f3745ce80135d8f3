// The conversation as a list of items in the journal's order: puts new and changed ones in their place, draws
// the lines between days, and stays at the bottom for whoever is there.

import { dressMedia } from "./media.js";
import { morph } from "./morph.js";
import { dressSounds } from "./sounds.js";

const NEAR_BOTTOM = 80; // pixels
const SAME_BREATH = 5 * 60_000; // milliseconds within which one person's messages stand together

export class Conversation {
  constructor(box, clock, signal) {
    this.box = box;
    this.clock = clock;
    this.pinned = true;
    this.unseen = 0;
    this.pill = document.getElementById("to-bottom");
    this.announcer = document.getElementById("announcer");
    this.prepare(box);
    this.arrange();
    this.keepAtBottom(signal);
  }

  get firstSeq() {
    return Number(this.box.dataset.firstSeq);
  }

  // What scripts change in an item. Done before it is compared with the one on the page, so that both are alike.
  prepare(root) {
    this.clock.localise(root);
    dressMedia(root);
    dressSounds(root);
  }

  fragment(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.prepare(template.content);
    return template.content;
  }

  // New items go to their place, known ones become what they are now: a film that plays goes on playing.
  upsert(html) {
    let added = 0;
    for (const item of [...this.fragment(html).children]) {
      const known = document.getElementById(item.id);
      if (known) morphPart(known, item);
      else if (Number(item.dataset.seq) >= this.firstSeq) {
        this.insert(item);
        added += this.tell(item);
      }
    }
    this.arrange();
    if (this.pinned) this.toBottom();
    else if (added) this.showPill(added);
  }

  insert(item) {
    const seq = Number(item.dataset.seq);
    let next = null;
    for (let child = this.box.lastElementChild; child; child = child.previousElementSibling) {
      if (child.dataset.seq && Number(child.dataset.seq) < seq) break;
      if (child.id === "older") break;
      next = child;
    }
    this.box.insertBefore(item, next);
  }

  prepend(html) {
    const fragment = this.fragment(html);
    for (const item of fragment.querySelectorAll("[data-seq]")) {
      if (document.getElementById(item.id)) item.remove();
    }
    const below = this.box.scrollHeight - this.box.scrollTop;
    document.getElementById("older")?.remove();
    const first = fragment.querySelector("[data-seq]");
    this.box.prepend(fragment);
    if (first) this.box.dataset.firstSeq = first.dataset.seq;
    this.arrange();
    this.box.scrollTop = this.box.scrollHeight - below;
  }

  // A line before each day's first item; an author's name only where somebody else spoke before. A page comes
  // arranged (tickets/arrangement.py has the same rules): what this then finds to change would move.
  arrange() {
    const spare = new Set(this.box.querySelectorAll(":scope > .day"));
    let before = null;
    for (const item of this.box.querySelectorAll(":scope > [data-seq]")) {
      const day = this.clock.dayOf(item.dataset.at);
      if (!before || this.clock.dayOf(before.dataset.at) !== day) {
        const line = item.previousElementSibling;
        if (line?.classList.contains("day") && spare.delete(line)) setDay(line, day, this.clock);
        else item.before(setDay(newLine(), day, this.clock));
      }
      item.toggleAttribute("data-continues", continues(before, item));
      before = item;
    }
    for (const line of spare) line.remove();
    this.box.dispatchEvent(new CustomEvent("arranged"));
  }

  // Says a new message of the client to who doesn't see the page; returns 1 for what counts as new.
  tell(item) {
    if (!item.classList.contains("message")) return 0;
    if (item.dataset.direction === "in") {
      const text = item.querySelector(".message-text")?.textContent ?? "";
      this.announcer.textContent = `${item.querySelector(".message-author").textContent}: ${text.slice(0, 160)}`;
    }
    return 1;
  }

  keepAtBottom(signal) {
    const { box } = this;
    const follow = () => this.pinned && this.toBottom();
    box.addEventListener("scroll", () => {
      this.pinned = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_BOTTOM;
      this.pill.hidden = this.pinned;
      if (this.pinned) this.forgetUnseen();
    }, { passive: true });
    for (const event of ["load", "loadedmetadata", "toggle"]) box.addEventListener(event, follow, true);
    const observer = new ResizeObserver(follow);
    observer.observe(box);
    signal.addEventListener("abort", () => observer.disconnect());
    this.pill.addEventListener("click", () => this.toBottom());
  }

  toBottom() {
    this.pinned = true;
    this.box.scrollTop = this.box.scrollHeight;
    this.forgetUnseen();
  }

  showPill(added) {
    this.unseen += added;
    this.pill.hidden = false;
    this.pill.querySelector("span").textContent = `${this.pill.dataset.words}: ${this.unseen}`;
  }

  forgetUnseen() {
    this.unseen = 0;
    this.pill.hidden = true;
    this.pill.querySelector("span").textContent = "";
  }

  // Begins to read at `line`; whoever then sees the end as well stays there.
  showFrom(line) {
    const { box } = this;
    box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - 48;
    this.pinned = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_BOTTOM;
  }

  show(item) {
    this.pinned = false;
    item.scrollIntoView({ block: "center" });
    item.classList.remove("is-target");
    requestAnimationFrame(() => item.classList.add("is-target"));
  }
}

export function morphPart(known, fresh) {
  morph(known, fresh, {
    // What the viewer opened or plays is theirs, not the server's; so is what a script drew.
    beforeAttributeUpdated: (name, node) =>
      !(name === "open" && node.tagName === "DETAILS") && !["data-playing", "data-open"].includes(name),
    beforeNodeMorphed: (old, now) => !(old.dataset && "keep" in old.dataset && old.id === now.id),
  });
}

function continues(before, item) {
  if (!before?.classList.contains("message") || !item.classList.contains("message")) return false;
  if (before.dataset.kind === "service") return false;
  return (
    before.dataset.direction === item.dataset.direction &&
    before.dataset.author === item.dataset.author &&
    before.dataset.rule === item.dataset.rule &&
    before.nextElementSibling === item &&
    Math.abs(Date.parse(item.dataset.at) - Date.parse(before.dataset.at)) < SAME_BREATH
  );
}

function newLine() {
  const line = document.createElement("div");
  line.className = "day";
  line.append(document.createElement("span"));
  return line;
}

function setDay(line, day, clock) {
  const words = clock.dayWords(day);
  line.dataset.day = day;
  if (line.firstElementChild.textContent !== words) line.firstElementChild.textContent = words;
  return line;
}
