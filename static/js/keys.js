// The keyboard of the workspace: a key for everything one does all day. Each presses what a mouse would press, so
// a key never does what the page doesn't offer. By the place of the key: Russian letters work as well.

import { ask, isPicking, togglePick } from "./bulk.js";
import { openPalette } from "./palette.js";

const row = () => document.querySelector("[data-row][aria-current]");
const rows = () => [...document.querySelectorAll("[data-row]")];
const find = (selector) => document.querySelector(selector);

const CLOSED = "3"; // the built-in status

const LETTERS = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyT: () => find('#ticket-summary [name="act"][value="take"]')?.click(),
  KeyE: () => (isPicking() ? ask("status", CLOSED) : find("[data-close-ticket]")?.click()),
  KeyA: () => openMenu(isPicking() ? '[data-bulk="assign"]' : "#assign-form"),
  KeyS: () => {
    if (isPicking()) return openMenu('[data-bulk="snooze"]');
    showSide();
    return openMenu("[data-snooze] form");
  },
  // The row that has the focus, or the ticket that is open.
  KeyX: () => togglePick((document.activeElement.closest("#inbox li")?.querySelector("[data-row]") ?? row())?.dataset.row),
  KeyR: () => compose("reply"),
  KeyN: () => compose("note"),
  KeyU: () => find("[data-mark-unread]")?.requestSubmit(),
  Slash: () => find("#filters input[type=search]")?.focus(),
};

function step(by) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(row()) + by, 0), all.length - 1)];
  if (next && next !== row()) next.click();
}

function openMenu(selector) {
  const menu = find(selector)?.closest("details");
  if (!menu) return;
  menu.open = true;
  (menu.querySelector("[data-filter]") ?? menu.querySelector("button, input:not([type=hidden])"))?.focus();
}

// On narrow screens what is about the client is behind a button.
function showSide() {
  const side = find("#side");
  if (side && !side.checkVisibility()) side.showPopover();
}

function compose(mode) {
  const form = find("#reply-form");
  if (!form || form.hidden) return;
  const radio = form.querySelector(`[name="mode"][value="${mode}"]`);
  if (!radio.disabled) radio.click();
  form.elements.text.focus();
}

function isTyping({ target }) {
  return target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.code === "KeyK" && !event.shiftKey && !event.altKey) {
    // In a text whose words are chosen it makes them a link, as everywhere.
    const { selectionStart, selectionEnd } = event.target;
    if (event.target.matches("textarea") && selectionStart !== selectionEnd) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    openPalette();
    return;
  }
  if (command || event.altKey || isTyping(event) || find("dialog[open]")) return;
  if (event.key === "?") find("#keymap").showModal();
  else if (!event.shiftKey && LETTERS[event.code]) LETTERS[event.code]();
  else return;
  event.preventDefault();
}, true);
