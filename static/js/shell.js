// Before the first paint, so that nothing moves: the widths that this browser's person gave the panes, and
// whether the navigation is folded. static/js/panes.js and navigation.js keep them.
(() => {
  const root = document.documentElement;
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem("shell")) ?? {};
  } catch {
    return; // a browser that keeps nothing: the usual widths
  }
  for (const pane of ["list", "side"]) {
    if (Number.isFinite(kept[pane])) root.style.setProperty(`--${pane}-width`, `${kept[pane]}px`);
  }
  if (["folded", "full"].includes(kept.navigation)) root.dataset.navigation = kept.navigation;
})();
