// The command palette: everywhere to go and everything to do on this page, found by typing. What it offers is
// gathered from the page when it opens, so it offers exactly what the page does.

const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
const words = dialog.dataset;
const MOST = 12;

let commands = [];

// Of a person in a menu the name, without the letters of the picture.
const named = (element) =>
  (element.querySelector(".navigation-words, .avatar + span") ?? element).textContent.replace(/\s+/g, " ").trim();

function command(group, element, run = () => element.click()) {
  return { group, name: named(element), run };
}

function gather() {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const actions = all("#ticket-summary .ticket-main-actions button, [data-wake]").map((one) => command(words.wordsDo, one));
  const assign = all("#assign-form .menu-item").map((one) => command(words.wordsAssign, one));
  const status = all("#status-form .menu-item").map((one) => command(words.wordsStatus, one));
  const aside = all("[data-snooze] .menu-item").map((one) => command(words.wordsAside, one));
  const views = all("[data-view], .navigation-pages a, .me-menu a").map((one) => command(words.wordsGo, one));
  return [...actions, ...views, ...assign, ...status, ...aside].filter((one) => one.name);
}

function search(asked) {
  return { group: words.wordsSearch, name: `“${asked}”`, run: () => location.assign(`${words.list}?q=${encodeURIComponent(asked)}`) };
}

export function openPalette() {
  commands = gather();
  field.value = "";
  draw();
  if (!dialog.open) dialog.showModal();
}

function draw() {
  const asked = field.value.trim();
  const parts = asked.toLocaleLowerCase().split(/\s+/);
  const found = commands.filter(({ group, name }) => {
    const said = `${group} ${name}`.toLocaleLowerCase();
    return parts.every((part) => said.includes(part));
  }).slice(0, MOST);
  if (asked) found.push(search(asked));
  list.replaceChildren(...found.map(option));
  choose(list.firstElementChild);
}

function option(one, number) {
  const entry = document.createElement("li");
  entry.id = `palette-${number}`;
  entry.role = "option";
  const group = document.createElement("small");
  group.textContent = one.group;
  const name = document.createElement("span");
  name.dir = "auto";
  name.textContent = one.name;
  entry.append(group, name);
  entry.addEventListener("click", () => run(one));
  return entry;
}

function choose(entry) {
  for (const other of list.children) other.ariaSelected = String(other === entry);
  if (!entry) return;
  field.setAttribute("aria-activedescendant", entry.id);
  entry.scrollIntoView({ block: "nearest" });
}

function run(one) {
  dialog.close();
  one.run();
}

field.addEventListener("input", draw);
field.addEventListener("keydown", (event) => {
  const entries = [...list.children];
  const now = entries.findIndex((entry) => entry.ariaSelected === "true");
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) choose(entries.at((now + way) % entries.length));
  else if (event.key === "Enter") entries[now]?.click();
  else return;
  event.preventDefault();
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
