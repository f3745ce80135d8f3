// Many tickets at once (keys.js loads it): chosen by mouse (Shift takes a range) and by key, changed together, with
// what became of each. A choice holds while the list is drawn anew, and ends with another list.

import { cookie } from "./post.js";

const pane = () => document.getElementById("list-pane");
const bar = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll("#inbox [data-pick]")];
const result = document.getElementById("bulk-result");

const picked = new Set();
let all = false; // not only those: whatever the list has
let anchor = null; // where a range begins
let query = document.getElementById("inbox")?.dataset.query;

export const isPicking = () => picked.size > 0;

// Choosing

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (!box) return;
  const shown = boxes();
  const from = shown.findIndex((other) => other.value === anchor);
  const range = event.shiftKey && from >= 0 ? between(shown, from, shown.indexOf(box)) : [box];
  for (const one of range) set(one.value, box.checked);
  anchor = box.value;
  show();
});

const between = (list, one, other) => list.slice(Math.min(one, other), Math.max(one, other) + 1);

function set(ticket, on) {
  if (on) picked.add(ticket);
  else picked.delete(ticket);
  all = false;
}

export function togglePick(ticket) {
  if (!ticket || !boxes().some((box) => box.value === ticket)) return;
  set(ticket, !picked.has(ticket));
  anchor = ticket;
  show();
}

export function pickNone() {
  picked.clear();
  all = false;
  anchor = null;
  show();
}

function pickShown() {
  for (const box of boxes()) picked.add(box.value);
  show();
}

async function show() {
  for (const box of boxes()) box.checked = picked.has(box.value);
  pane().toggleAttribute("data-picking", isPicking());
  if (!bar()) return;
  if (isPicking() && !bar().firstElementChild) await fetchBar();
  bar().hidden = !isPicking();
  if (!bar().firstElementChild) return;
  const shown = boxes();
  const complete = shown.length > 0 && shown.every((box) => box.checked);
  const count = document.getElementById("count").textContent;
  bar().querySelector(".bulk-number b").textContent = all ? count.match(/\S+/)?.[0] : picked.size;
  bar().querySelector("[data-pick-shown]").hidden = complete;
  bar().querySelector("[data-pick-all]").hidden = !complete || all || !document.querySelector("#inbox .pager a");
  bar().querySelector("[data-all-said]").hidden = !all;
}

let fetching;

async function fetchBar() {
  fetching ??= fetch(bar().dataset.address, { headers: { "HX-Request": "true" } });
  const mine = fetching;
  try {
    const answer = await mine;
    const html = answer.ok ? await answer.clone().text() : "";
    if (!bar().firstElementChild) bar().innerHTML = html;
  } catch {
    pane().removeAttribute("data-picking"); // not reachable: the bar above the list says so
  }
  fetching = undefined;
}

// The list was drawn anew: the same one, or another.
export function listDrawn() {
  const now = document.getElementById("inbox")?.dataset.query;
  if (now !== query) {
    query = now;
    pickNone();
  } else show();
}

document.body.addEventListener("htmx:afterSettle", ({ target }) => target.contains(document.getElementById("inbox")) && listDrawn());
document.addEventListener("list-drawn", listDrawn);

// Changing

document.addEventListener("submit", async (event) => {
  const { bulk } = event.target.dataset;
  if (!bulk) return;
  event.preventDefault();
  for (const menu of bar().querySelectorAll("details[open]")) menu.open = false;
  const value = event.submitter?.name === "value" ? event.submitter.value : event.target.elements.value.value;
  await ask(bulk, value);
  event.target.reset();
});

export async function ask(verb, value) {
  const body = new URLSearchParams({ verb, value });
  if (all) {
    body.set("all", "1");
    body.set("query", query);
  } else for (const ticket of picked) body.append("ticket", ticket);
  const { address, wordsUnreachable } = result.dataset;
  try {
    const headers = { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") };
    const answer = await fetch(address, { method: "POST", headers, body });
    const html = await answer.text();
    if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
    result.innerHTML = html;
    window.htmx.process(result);
    if (answer.ok) pickNone();
  } catch {
    result.textContent = wordsUnreachable;
  }
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-pick-none]")) pickNone();
  else if (target.closest("[data-pick-shown]")) pickShown();
  else if (target.closest("[data-pick-all]")) {
    all = true;
    show();
  } else if (target.closest("[data-pick-mode]")) {
    if (pane().toggleAttribute("data-choosing")) return;
    pickNone();
  } else if (target.closest("[data-bulk-dismiss]")) result.replaceChildren();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isPicking() && !document.querySelector("details.menu[open], dialog[open]")) pickNone();
}, true);
