// The navigation's counts: fetched again at the pace of the live list, and put in place.

import { morph } from "./morph.js";

export async function refreshCounts() {
  const views = document.getElementById("navigation-views");
  const answer = await fetch(views.dataset.address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href }, cache: "no-store" });
  if (answer.ok) showCounts(await answer.text());
}

export function showCounts(html) {
  const views = document.getElementById("navigation-views");
  morph(views, html.trim());
  window.htmx.process(views); // views that are new
}
