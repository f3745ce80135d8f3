// The live ticket list: hears on the socket that something changed, fetches the list's own address again and
// puts what came into the page, so that scroll, focus and selection stay. What is new lights up for a moment.

import { setUnread } from "./badge.js";
import { concerns } from "./concerns.js";
import { Connection } from "./connection.js";
import { desk, isConnected } from "./desk.js";
import { morph } from "./morph.js";
import { showCounts } from "./navigation_counts.js";
import { selectAgain, selectedNow } from "./selection.js";

const PACE = 1000; // milliseconds between two fetches, however busy the desk is; the server may ask for more
const JITTER = 0.25; // of the pace, so that all open lists don't ask in the same moment
const LONGEST = 60_000; // milliseconds after which an answer that does not come is asked for again
const COUNTS = 5000; // milliseconds after which the counts follow changes that are not the list's

export const listConnection = new Connection("list-connection");
const list = () => document.getElementById("inbox");
const scroller = () => list().closest("[data-list-scroll]");
const rows = () => [...list().querySelectorAll("li[data-seq]")];

let pace = PACE;
let due = false; // something changed that the page does not show yet
let running = false;
let fetchedAt = 0;
let timer;
let seen; // row id → journal number
let latest; // the newest time shown so far

function heard({ detail }) {
  pace = Math.max(PACE, detail?.wait ?? 0);
  const shown = (ticket) => Boolean(document.getElementById(`ticket-${ticket}`));
  const filters = new URLSearchParams(list().dataset.query);
  if (concerns(detail, { filters, me: document.body.dataset.userId, shown })) changed();
  else if (!due) changed(COUNTS); // the navigation counts more than this list
}

// Fetches it soon, or `later` than that in milliseconds.
function changed(later = 0) {
  due = true;
  clearTimeout(timer);
  if (document.hidden || running) return; // shown again, or done with the one before, it comes back here
  timer = setTimeout(refresh, Math.max(later, fetchedAt + pace - Date.now()) + Math.random() * JITTER * pace);
}

async function refresh() {
  due = false;
  running = true;
  fetchedAt = Date.now();
  const { address } = list().dataset; // the page's own may be a ticket's
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "inbox", "HX-Current-URL": location.href, "X-Navigation": "1" }, cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
    const [html, counts] = (await answer.text()).split("<!-- navigation -->");
    if (answer.status === 401) listConnection.show("signed-out");
    // A filter chosen meanwhile, even while this came, has drawn its own list.
    else if (answer.ok && address === list().dataset.address) show(html);
    if (answer.ok && counts) showCounts(counts);
  } catch {
    due = true; // not reachable: the socket says so too, and its return brings us here
  }
  running = false;
  if (due && isConnected()) changed();
}

function show(html) {
  const before = rows().map((row) => ({ id: row.id, seq: row.dataset.seq, top: row.getBoundingClientRect().top }));
  const focused = list().contains(document.activeElement) ? document.activeElement : null;
  const selected = selectedNow();
  morph(list(), html.trim());
  window.htmx.process(list()); // links that are new
  // A row may be another element now.
  const again = focused?.isConnected ? focused : focused?.dataset.row && document.querySelector(`[data-row="${focused.dataset.row}"]`);
  if (again && document.activeElement !== again) again.focus({ preventScroll: true });
  selectAgain(selected);
  document.dispatchEvent(new CustomEvent("list-drawn"));
  if (scroller().scrollTop > 0) keepInPlace(before);
  for (const row of rows()) if (isFresh(row)) lightUp(row);
  remember();
}

// Who has scrolled down reads on where they were: the first row in sight that did not change stays there.
function keepInPlace(before) {
  for (const { id, seq, top } of before) {
    const row = document.getElementById(id);
    if (top < scroller().getBoundingClientRect().top || row?.dataset.seq !== seq) continue;
    scroller().scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
    return;
  }
}

function isFresh(row) {
  return seen.has(row.id) ? seen.get(row.id) !== row.dataset.seq : row.dataset.at > latest;
}

function remember() {
  setUnread(Number(list().dataset.unread));
  for (const row of rows()) {
    seen.set(row.id, row.dataset.seq);
    if (row.dataset.at > latest) latest = row.dataset.at;
  }
}

function rememberOnly() {
  seen = new Map();
  latest = "";
  remember();
}

function lightUp(row) {
  row.classList.remove("is-fresh");
  void row.offsetWidth; // begins the animation anew
  row.classList.add("is-fresh");
  row.addEventListener("animationend", () => row.classList.remove("is-fresh"), { once: true });
}

rememberOnly();
// What another filter, order or page brings is not "new".
document.body.addEventListener("htmx:afterSwap", ({ target }) => target.contains(list()) && rememberOnly());

desk.addEventListener("state", ({ detail }) => listConnection.show(detail));
desk.addEventListener("changed", heard);
document.addEventListener("visibilitychange", () => !document.hidden && due && changed());
