// What this browser remembers of the shell: widths of the panes in pixels, and the navigation's state.

const NAME = "shell"; // static/js/shell.js reads it before the first paint

export function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

// `undefined` forgets a value.
export function keep(changed) {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...read(), ...changed }));
  } catch {
    // No room, or a browser that keeps nothing: it holds until the page is left.
  }
}
