// The lines between the panes: dragged by mouse or finger, moved by arrow keys, remembered. One listener for
// all of them, since the one beside the client panel comes and goes with its ticket.

import { keep } from "./shell_kept.js";

const STEP = 16; // pixels, of an arrow key
const root = document.documentElement;

// The client panel is on the other side of its line: it grows when the line moves towards the start.
const towards = { list: 1, side: -1 };

const paneOf = (resizer) => document.getElementById(resizer.getAttribute("aria-controls"));
const direction = (resizer) => towards[resizer.dataset.resizer] * (getComputedStyle(root).direction === "rtl" ? -1 : 1);

function resize(resizer, width) {
  const name = `--${resizer.dataset.resizer}-width`;
  root.style.setProperty(name, `${Math.round(width)}px`);
  const now = Math.round(paneOf(resizer).offsetWidth); // CSS says how narrow and how wide it may be
  root.style.setProperty(name, `${now}px`);
  keep({ [resizer.dataset.resizer]: now });
  describe(resizer);
}

function reset(resizer) {
  root.style.removeProperty(`--${resizer.dataset.resizer}-width`);
  keep({ [resizer.dataset.resizer]: undefined });
  describe(resizer);
}

function describe(resizer) {
  const pane = paneOf(resizer);
  if (!pane) return;
  const { minWidth, maxWidth } = getComputedStyle(pane);
  resizer.ariaValueMin = String(Math.round(parseFloat(minWidth) || 0));
  resizer.ariaValueMax = String(Math.round(parseFloat(maxWidth) || window.innerWidth));
  resizer.ariaValueNow = String(Math.round(pane.offsetWidth));
}

document.addEventListener("keydown", (event) => {
  const resizer = event.target.closest?.("[data-resizer]");
  if (!resizer) return;
  const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (step) resize(resizer, paneOf(resizer).offsetWidth + step * direction(resizer));
  else if (event.key === "Home") resize(resizer, 0);
  else if (event.key === "End") resize(resizer, window.innerWidth);
  else if (event.key === "Enter") reset(resizer);
  else return;
  event.preventDefault();
});

document.addEventListener("pointerdown", (event) => {
  const resizer = event.target.closest("[data-resizer]");
  if (!resizer || event.button !== 0) return;
  const [from, width, way] = [event.clientX, paneOf(resizer).offsetWidth, direction(resizer)];
  const done = new AbortController();
  const { signal } = done;
  resizer.setPointerCapture(event.pointerId);
  resizer.toggleAttribute("data-moving", true);
  resizer.addEventListener("pointermove", (moved) => resize(resizer, width + (moved.clientX - from) * way), { signal });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    resizer.addEventListener(end, () => {
      resizer.toggleAttribute("data-moving", false);
      done.abort();
    }, { signal });
  }
});

document.addEventListener("dblclick", (event) => {
  const resizer = event.target.closest("[data-resizer]");
  if (resizer) reset(resizer);
});

// What a screen reader is told of a line, for those that are new on the page.
export function describeResizers(within = document) {
  for (const resizer of within.querySelectorAll("[data-resizer]")) describe(resizer);
}
