// Menus are <details>, which work without scripts; with them they close on Escape and on a click elsewhere, and a
// field in them narrows their choices, the first of which Enter takes.

const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

const choices = (field) => [...field.form.querySelectorAll("[data-find]")];

function narrow(field) {
  const words = field.value.trim().toLocaleLowerCase();
  for (const choice of choices(field)) choice.hidden = !choice.dataset.find.includes(words);
  field.form.querySelector("[data-nothing]").hidden = !words || choices(field).some((choice) => !choice.hidden);
}

document.addEventListener("input", ({ target }) => target.matches("[data-filter]") && narrow(target));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-filter]")) return;
  event.preventDefault();
  if (event.target.value.trim()) choices(event.target).find((choice) => !choice.hidden)?.click();
});

// The event does not bubble.
document.addEventListener("toggle", ({ target }) => target.open && target.matches("details.menu") && target.querySelector("[data-filter]")?.focus(), true);
