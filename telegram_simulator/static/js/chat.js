// The open chat: its messages in order with days between, where it is scrolled to.

import { $, el } from "./dom.js";
import { row } from "./bubbles.js";
import { act, chatOf, onChange, state } from "./state.js";
import { dayOf, dayWords, word } from "./words.js";

const FIRST = 120; // messages drawn when a chat is opened; more on demand
let shown = FIRST;
let unseen = 0;

const scroller = () => $("#scroller");
const atEnd = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < 80;

function groups(messages) {
  const made = [];
  for (const message of messages) {
    const album = message.content.media_group_id;
    const last = made.at(-1);
    if (album && last?.[0].content.media_group_id === album && last[0].from_bot === message.from_bot) last.push(message);
    else made.push([message]);
  }
  return made;
}

function draw({ arriving = null } = {}) {
  const hidden = Math.max(0, state.messages.length - shown);
  const parts = [];
  if (hidden) parts.push(el("button.earlier", { type: "button" }, word("earlier")));
  let before = null;
  for (const group of groups(state.messages.slice(hidden))) {
    const first = group[0];
    const newDay = !before || dayOf(before.content.date) !== dayOf(first.content.date);
    if (newDay) parts.push(el("div.day", {}, dayWords(first.content.date)));
    const made = kept(group);
    made.classList.toggle("arriving", group.at(-1) === arriving && group.length === 1);
    made.classList.toggle("new-run", !newDay && before.from_bot !== first.from_bot);
    if (before && before.from_bot === first.from_bot && !newDay) parts.at(-1).classList.remove("tail");
    made.classList.add("tail");
    parts.push(made);
    before = first;
  }
  if (!state.messages.length && !chatOf(state.client?.id)?.started) parts.push(el("div.hello", {}, el("b", {}, word("hello")), word("hello_text")));
  place(parts);
}

/** Puts the parts there without touching those that stay: what plays goes on playing. */
function place(parts) {
  const box = $("#messages");
  const wanted = new Set(parts);
  for (const child of [...box.children]) if (!wanted.has(child)) child.remove();
  parts.forEach((part, index) => {
    if (box.children[index] !== part) box.insertBefore(part, box.children[index] || null);
  });
}

const rows = new Map(); // the element of each group, while nothing in the group changed
function kept(group) {
  const key = group[0].content.message_id;
  const print = JSON.stringify([state.client.id, state.bot.id, chatOf(state.client.id)?.blocked, group]);
  if (rows.get(key)?.print !== print) rows.set(key, { print, element: row(group) });
  return rows.get(key).element;
}

function toEnd() {
  scroller().scrollTop = scroller().scrollHeight;
  seen();
}

function seen() {
  unseen = 0;
  $("#to-end").hidden = atEnd();
  $("#to-end .badge").hidden = true;
  if (state.client && chatOf(state.client.id)?.unread && document.visibilityState === "visible") act("POST", "read");
}

function arrived(message) {
  const follow = atEnd() || !message.from_bot;
  draw({ arriving: message });
  if (follow) return toEnd();
  unseen += 1;
  $("#to-end").hidden = false;
  $("#to-end .badge").hidden = false;
  $("#to-end .badge").textContent = unseen;
  return undefined;
}

function goTo(messageId) {
  if (!$(`#messages [data-message-id="${messageId}"]`)) {
    shown = state.messages.length;
    draw();
  }
  const target = $(`#messages [data-message-id="${messageId}"]`)?.closest(".row");
  if (!target) return;
  target.scrollIntoView({ block: "center", behavior: "smooth" });
  target.classList.remove("flash");
  requestAnimationFrame(() => target.classList.add("flash"));
}

export function startChat() {
  onChange((what, detail) => {
    if (what === "opened") {
      shown = FIRST;
      rows.clear();
      $("#messages").replaceChildren();
    }
    if (what === "chat") draw();
    if (what === "all" || what === "changed") { const follow = atEnd(); draw(); if (follow) toEnd(); }
    if (what === "message") arrived(detail);
  });
  // A picture that loads makes the conversation longer: stay at its end when one was there.
  let wasAtEnd = true;
  new ResizeObserver(() => wasAtEnd && (scroller().scrollTop = scroller().scrollHeight)).observe($("#messages"));
  new ResizeObserver(() => wasAtEnd && (scroller().scrollTop = scroller().scrollHeight)).observe(scroller());
  scroller().addEventListener("scroll", () => { wasAtEnd = atEnd(); if (wasAtEnd) seen(); else $("#to-end").hidden = false; });
  document.addEventListener("visibilitychange", () => atEnd() && seen());
  $("#to-end").addEventListener("click", () => scroller().scrollTo({ top: scroller().scrollHeight, behavior: "smooth" }));
  $("#messages").addEventListener("click", (event) => {
    const quote = event.target.closest("[data-goto]");
    if (quote) goTo(quote.dataset.goto);
    const command = event.target.closest("[data-command]");
    if (command) act("POST", "messages", { text: command.dataset.command });
    if (event.target.closest(".earlier")) {
      const fromEnd = scroller().scrollHeight - scroller().scrollTop;
      shown += FIRST * 2;
      draw();
      scroller().scrollTop = scroller().scrollHeight - fromEnd;
    }
  });
}
