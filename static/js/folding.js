// What is covered until one asks for it: spoilers in a text, and long quotes. A click or Enter shows it, and
// hides it again. Without scripts, :focus does.

const FOLDED = ".spoiler, blockquote.folded";

export function wireFolding(page) {
  // In the capture phase: a link below a cover must not be followed by the click that lifts it.
  page.addEventListener("click", (event) => {
    const folded = event.target.closest?.(FOLDED);
    if (!folded) return;
    const isOpen = "open" in folded.dataset;
    if (isOpen && (event.target.closest("a, summary") || String(getSelection()))) return;
    if (!isOpen && folded.matches(".spoiler")) event.preventDefault();
    if (!isOpen && folded.matches(".spoiler")) event.stopPropagation();
    toggle(folded, !isOpen);
  }, true);
  page.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(FOLDED) || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    toggle(event.target, !("open" in event.target.dataset));
  });
}

// A text's spoilers are one secret, which entities within them may have cut into pieces.
function toggle(folded, isOpen) {
  const text = folded.closest(".message-text, .poll-question");
  const all = folded.matches(".spoiler") && text ? text.querySelectorAll(".spoiler") : [folded];
  for (const one of all) one.toggleAttribute("data-open", isOpen);
}
