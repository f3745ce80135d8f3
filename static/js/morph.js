// An element of the page becomes what the server has drawn anew: what did not change stays, with focus and scroll.

// What is being typed is the viewer's. Of whatever else has the focus (a link, a row) Idiomorph would leave out the
// whole content, so it is asked for where one types only.
const isTypedIn = (element) => Boolean(element?.matches("input, textarea, select"));

export function morph(known, fresh, callbacks = {}) {
  window.Idiomorph.morph(known, fresh, {
    morphStyle: "outerHTML",
    ignoreActiveValue: isTypedIn(document.activeElement),
    callbacks,
  });
}
