// The navigation: folded to its icons or not, remembered; on a phone a drawer that a choice closes.

import { post } from "./post.js";
import { keep } from "./shell_kept.js";

const root = document.documentElement;
const navigation = document.getElementById("navigation");
const fold = navigation.querySelector("[data-fold]");
const narrow = matchMedia("(max-width: 89.99rem)"); // where it is folded unless one has asked for more

const isFolded = () => root.dataset.navigation === "folded" || (narrow.matches && root.dataset.navigation !== "full");
const tell = () => fold.setAttribute("aria-expanded", String(!isFolded()));

fold.addEventListener("click", () => {
  root.dataset.navigation = isFolded() ? "full" : "folded";
  keep({ navigation: root.dataset.navigation });
  tell();
});
narrow.addEventListener("change", tell);
tell();

navigation.addEventListener("click", (event) => {
  if (event.target.closest("a") && navigation.matches(":popover-open")) navigation.hidePopover();
});

// Online, away or off, at once and on this page; without an answer the form goes the browser's way.
const form = navigation.querySelector("[data-availability-form]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { submitter } = event;
  try {
    const answer = await post(form.action, new FormData(form, submitter));
    if (!answer.ok) throw new Error(answer.error);
    for (const button of form.querySelectorAll("button")) button.ariaPressed = String(button.value === answer.availability);
    const dot = navigation.querySelector(".me-menu > summary .availability");
    dot.dataset.availability = answer.availability;
    dot.title = submitter.textContent.trim();
    dot.nextElementSibling.textContent = dot.title;
    form.closest("details").open = false;
  } catch {
    location.reload(); // the page says what is wrong: signed out, or not reachable
  }
});
