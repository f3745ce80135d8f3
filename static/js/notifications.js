// The bell: its list, and what it says at once. Of all tabs of one browser one rings.

import { ring } from "./chime.js";
import { desk } from "./desk.js";
import { refreshCounts } from "./navigation_counts.js";
import { cookie } from "./post.js";

const PACE = 4000; // milliseconds between two looks at the counts, on a page without a live list
const HELD = 5000; // milliseconds for which no other tab tells the same

const bell = document.getElementById("bell");
const list = bell.querySelector(".bell-list");
const said = document.getElementById("alert-said");
const blocked = document.getElementById("sound-blocked");

// The list

async function draw() {
  try {
    const answer = await fetch(bell.dataset.address, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (answer.ok) list.innerHTML = await answer.text();
  } catch {
    // Not reachable: the page says so elsewhere.
  }
}

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-bell]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await draw();
  bell.showPopover();
  (list.querySelector("a") ?? list).focus();
});

bell.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
  await fetch(event.target.action, { method: "POST", headers });
  await Promise.all([draw(), refreshCounts()]);
});

bell.addEventListener("keydown", (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const links = [...list.querySelectorAll("a")];
  links[links.indexOf(document.activeElement) + way]?.focus();
});

// At once

desk.addEventListener("alert", async ({ detail }) => {
  later(0);
  if (bell.matches(":popover-open")) draw();
  if (detail.sound || detail.desktop) {
    if (await isFirst(detail.key)) tell(detail);
  }
});

async function tell({ title, text, address, ticket, sound, desktop }) {
  // In general words: what is new stands in the list, once.
  said.textContent = "";
  setTimeout(() => { said.textContent = said.dataset.words; }, 50);
  if (desktop && !(document.hasFocus() && !document.hidden)) show(title, text, address, ticket);
  if (sound && !(await ring())) blocked.hidden = false;
}

function show(title, text, address, ticket) {
  if (globalThis.Notification?.permission !== "granted") return;
  try {
    const note = new Notification(title, { body: text, tag: `ticket-${ticket}`, icon: document.querySelector('link[rel="apple-touch-icon"]').href });
    note.onclick = () => {
      window.focus();
      note.close();
      location.assign(address);
    };
  } catch {
    // Some phones show them only for installed programs.
  }
}

// Whether no other tab of this browser tells it already. A lock, since what one tab stores comes to another late.
function isFirst(key) {
  if (!navigator.locks) return true; // an address without https: each tab rings
  return new Promise((resolve) => {
    navigator.locks.request(`told ${key}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock && new Promise((done) => setTimeout(done, HELD));
    });
  });
}

blocked.querySelector("button").addEventListener("click", () => {
  blocked.hidden = true;
  ring();
});
// Any click lets the page sound, so the hint has served.
for (const name of ["pointerdown", "keydown"]) {
  document.addEventListener(name, (event) => {
    if (!blocked.contains(event.target)) blocked.hidden = true;
  });
}

// The counts of a page that has no live list

let timer;
let lookedAt = 0;

function later(least) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(least, lookedAt + PACE - Date.now()));
}

async function look() {
  if (document.hidden || document.getElementById("inbox")) return; // the list does it at its own pace
  lookedAt = Date.now();
  await refreshCounts().catch(() => {});
}

desk.addEventListener("changed", () => later(0));
document.addEventListener("visibilitychange", () => !document.hidden && later(0));
