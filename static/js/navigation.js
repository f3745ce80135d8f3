// The navigation: folded to its icons or not, remembered; on a phone a drawer that a choice closes.

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
