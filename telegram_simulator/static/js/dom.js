// Makes elements. Text is always text: nothing here parses HTML.

export const $ = (selector, root = document) => root.querySelector(selector);

/** el("b.name", {title: "x", onclick: …}, "text", child, …); null children are left out. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** A round picture: the photo, or initials on a colour that the id decides. */
export function avatar(person, extra = "") {
  const letters = [person.first_name, person.last_name].map((name) => [...(name || "")][0] || "").join("");
  const round = el(`span.avatar${extra}`, { dataset: { tone: person.id % 7 }, "aria-hidden": "true" });
  round.append(person.photo ? el("img", { src: `/control/files/${person.photo}`, alt: "" }) : letters.toUpperCase());
  return round;
}

export const fullName = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

/** Opens a popover with its corner at a point, inside of the window. */
export function openAt(popup, x, y) {
  popup.showPopover();
  const { width, height } = popup.getBoundingClientRect();
  popup.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  popup.style.top = `${Math.max(8, y + height > innerHeight - 8 ? y - height : y)}px`;
}

let hiding;
export function toast(words) {
  const box = $("#toast");
  box.textContent = words;
  box.hidePopover();
  box.showPopover();
  clearTimeout(hiding);
  hiding = setTimeout(() => box.hidePopover(), 4500);
}
