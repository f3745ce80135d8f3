// The workspace: the list stays while tickets change beside it. htmx brings the parts; this mounts and unmounts
// them, follows back and forward, and marks where one is. Other parts of the product are wired below, a line each.

import { listConnection } from "./inbox.js";
import { describeResizers } from "./panes.js";
import { mount, unmount } from "./ticket.js";

const PANE = "ticket-pane";
const here = () => location.pathname + location.search;
const pane = () => document.getElementById(PANE);
const rowOf = (ticket) => ticket && document.querySelector(`[data-row="${ticket}"]`);

let shown = here();
let marked = pane().dataset.ticket; // the ticket whose row is the current one

// What is swapped

const asked = new Map(); // pane's id → the request that was made last: whoever goes on wants no earlier answer

document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.dataset.row) markRow(detail.elt.dataset.row); // at once, before the server has answered
  asked.set(detail.target.id, detail.xhr);
});
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (asked.get(detail.target.id) !== detail.xhr) detail.shouldSwap = false;
  if (detail.shouldSwap && detail.target.contains(pane())) unmount();
});
document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.contains(pane())) arrived();
  if (target.id !== PANE) markView();
  describeResizers(target);
});
document.body.addEventListener("htmx:pushedIntoHistory", () => {
  shown = here();
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(failure, ({ type, detail }) => {
    if (detail.target?.id !== PANE) return;
    markRow(pane().dataset.ticket);
    // The server has a page that says what is wrong; without a server the one that is open is better than none.
    if (type === "htmx:responseError") location.assign(detail.pathInfo.requestPath);
    else listConnection.show("offline");
  });
}

function arrived() {
  const before = document.activeElement;
  const left = document.querySelector("[data-row][aria-current]")?.dataset.row;
  mount(pane());
  const { ticket } = pane().dataset;
  markRow(ticket);
  rowOf(ticket)?.scrollIntoView({ block: "nearest" });
  // On a phone the list is gone, or back again: so is what had the focus. Until it settles the new pane has the
  // old one's class, and an empty one is not shown there: it couldn't take the focus.
  const settled = new AbortController();
  document.body.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!target.contains(pane())) return; // another part of the page
    settled.abort();
    if (before !== document.body && before?.checkVisibility()) return;
    const next = ticket ? document.getElementById("conversation") : rowOf(left);
    next?.focus({ preventScroll: true });
  }, { signal: settled.signal });
}

// Where one is

export function markRow(ticket) {
  marked = ticket;
  for (const row of document.querySelectorAll("[data-row]")) {
    if (row.dataset.row === ticket) row.ariaCurrent = "true";
    else row.removeAttribute("aria-current");
  }
}

// A list that was asked for before one went on to another ticket still marks the one that was left.
for (const drawn of ["list-drawn", "htmx:afterSwap"]) document.addEventListener(drawn, () => markRow(marked));

function markView() {
  const now = narrowing(document.getElementById("inbox").dataset.query);
  for (const link of document.querySelectorAll("[data-view]")) {
    if (narrowing(link.search) === now) link.ariaCurrent = "page";
    else link.removeAttribute("aria-current");
  }
}

// What a list is narrowed by, whatever its order.
function narrowing(query) {
  const all = new URLSearchParams(query);
  all.delete("ordering");
  all.sort();
  return String(all);
}

// Back and forward. Before htmx, which would load the whole page anew.

window.addEventListener("popstate", (event) => {
  event.stopImmediatePropagation();
  const [before, now] = [new URL(shown, location.href), here()];
  if (now === shown) return; // only the place within the page
  shown = now;
  const isListAs = before.search === location.search;
  if (pane().dataset.address !== location.pathname) show(now, PANE);
  if (!isListAs) show(`${document.getElementById("filters").getAttribute("action")}${location.search}`, "list-pane");
}, true);

// Each asks from an element of its own: htmx makes one element's questions wait for each other.
async function show(address, id) {
  const source = document.createElement("span");
  document.body.append(source);
  await window.htmx.ajax("GET", address, { source, target: `#${id}`, swap: "outerHTML" });
  source.remove();
}

// A click that asks for another tab or window is the browser's.
document.addEventListener("click", (event) => {
  const isOthers = event.ctrlKey || event.metaKey || event.shiftKey;
  if (isOthers && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

mount(pane());
describeResizers();
