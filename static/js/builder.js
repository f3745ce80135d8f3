// The builder of rules: draws the definition as a sentence of menus and fields, and keeps it in the form's JSON. The
// server says as one types what is wrong, what the rule says, and what it would have done.

import { answerFields } from "./builder_answer.js";
import { cookie } from "./post.js";

const PAUSE = 350; // milliseconds without a change
const DEEPEST = 3;

const root = document.querySelector("[data-builder]");
const words = root.dataset;
const { events, timed, days, editable, fields, operators, actions, offers } = JSON.parse(document.getElementById("vocabulary").textContent);
const json = root.querySelector("[name=definition]");
const parts = root.querySelector("[data-parts]");
const wrongList = root.querySelector("[data-wrong]");
const trialBox = root.querySelector("[data-trial]");

let rule = read() ?? { name: "", event: "message_received", conditions: {}, actions: [], stops: false };
let timer;
let asked = 0;

function read() {
  try {
    const found = JSON.parse(json.value);
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

// Small makers

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function choose(options, value, label, change, { many = false, empty = false } = {}) {
  const box = make("select", { className: "form-select", ariaLabel: label, multiple: many });
  if (empty) box.append(make("option", { value: "", textContent: words.wordsChoose }));
  const chosen = many ? (Array.isArray(value) ? value.map(String) : []) : [String(value ?? "")];
  for (const [one, name] of options) box.append(make("option", { value: one, textContent: name, selected: chosen.includes(String(one)) }));
  box.addEventListener("change", () => change(many ? [...box.selectedOptions].map((option) => option.value) : box.value));
  return box;
}

function field(value, label, change, more = {}) {
  const box = make(more.tag ?? "input", { className: `form-control ${more.className ?? ""}`, ariaLabel: label, value: value ?? "", ...more.properties });
  box.dir = "auto";
  box.addEventListener("input", () => change(box.value));
  return box;
}

function removeButton(run) {
  const button = make("button", { type: "button", className: "btn btn-icon btn-ghost-secondary", textContent: "✕", ariaLabel: words.wordsRemove, title: words.wordsRemove });
  button.addEventListener("click", run);
  return button;
}

function addButton(label, run) {
  const button = make("button", { type: "button", className: "btn btn-sm", textContent: `+ ${label}` });
  button.addEventListener("click", run);
  return button;
}

const listOf = (choices) => (typeof choices === "string" ? offers[choices] : choices);
const groupOf = (node) => ["all", "any", "none"].find((name) => Array.isArray(node?.[name]));

// The parts

function draw(focus) {
  parts.replaceChildren(
    part("builder-when", when()),
    part("builder-if", conditions()),
    part("builder-then", ...doing()),
    options(),
  );
  if (focus) parts.querySelector(`[data-path="${focus}"] :is(select, input, textarea)`)?.focus();
  keep();
}

function when() {
  const row = make("div", { className: "builder-row" }, choose(events, rule.event, heading("builder-when"), (value) => {
    rule.event = value;
    draw("event");
  }));
  row.dataset.path = "event";
  if (timed.includes(rule.event)) {
    const minutes = heading("builder-minutes");
    row.append(field(rule.minutes, minutes, (value) => changed(() => { rule.minutes = value === "" ? null : Math.round(Number(value)); }), { className: "builder-hours", properties: { type: "number", min: 1, placeholder: minutes } }));
  }
  if (rule.event === "schedule") row.append(...schedule());
  return row;
}

const listed = (value) => (Array.isArray(value) ? value : []);

// On which days, and at what times.
function schedule() {
  rule.schedule ??= { days: days.slice(0, 5).map(([day]) => day), times: ["09:00"] };
  const chosen = new Set(listed(rule.schedule.days).map(String));
  const boxes = days.map(([day, name]) => {
    const box = make("input", { type: "checkbox", className: "form-check-input", checked: chosen.has(day) });
    box.addEventListener("change", () => changed(() => {
      chosen[box.checked ? "add" : "delete"](day);
      rule.schedule = { ...rule.schedule, days: days.map(([one]) => one).filter((one) => chosen.has(one)) };
    }));
    return make("label", { className: "form-check mb-0" }, box, " ", make("span", { className: "form-check-label", textContent: name }));
  });
  const times = field(listed(rule.schedule.times).join(", "), words.wordsTimes, (value) => changed(() => {
    rule.schedule = { ...rule.schedule, times: value.split(/[\s,;]+/).filter(Boolean) };
  }), { className: "builder-times", properties: { placeholder: "09:00, 17:30", maxLength: 200 } });
  return [make("div", { className: "builder-days", role: "group", ariaLabel: words.wordsDays }, ...boxes), times];
}

const heading = (name) => document.getElementById(name).content.textContent.trim();

function part(name, ...children) {
  return make("fieldset", { className: "builder-part" }, make("legend", { textContent: heading(name) }), ...children);
}

function conditions() {
  if (!groupOf(rule.conditions)) rule.conditions = { all: Object.keys(rule.conditions ?? {}).length ? [rule.conditions] : [] };
  return group(rule.conditions, "conditions", 0, null);
}

function group(node, path, depth, remove) {
  const name = groupOf(node);
  const box = make("div", { className: "builder-group" });
  const kinds = [["all", words.wordsAll], ["any", words.wordsAny], ["none", words.wordsNone]];
  const head = make("div", { className: "builder-row" }, choose(kinds, name, words.wordsGroup, (value) => {
    const list = node[name];
    delete node[name];
    node[value] = list;
    draw(path);
  }));
  head.dataset.path = path;
  if (remove) head.append(removeButton(remove));
  box.append(head);
  node[name].forEach((one, number) => {
    const below = `${path}.${name}.${number}`;
    const drop = () => {
      node[name].splice(number, 1);
      draw(path);
    };
    box.append(groupOf(one) ? group(one, below, depth + 1, drop) : question(one, below, drop));
  });
  const add = (what) => {
    node[name].push(what);
    draw(`${path}.${name}.${node[name].length - 1}`);
  };
  const adds = make("div", { className: "builder-adds" }, addButton(words.wordsCondition, () => add({ field: "text", op: "contains", value: "" })));
  if (depth < DEEPEST) adds.append(addButton(words.wordsGroup, () => add({ any: [] })));
  box.append(adds);
  return box;
}

function question(node, path, drop) {
  const row = make("div", { className: "builder-row" });
  row.dataset.path = path;
  const known = fields[node.field];
  row.append(choose(Object.entries(fields).map(([name, { label }]) => [name, label]), node.field, words.wordsField, (value) => {
    node.field = value;
    const [first] = Object.keys(operators[fields[value].kind]);
    node.op = first;
    node.value = null;
    delete node.of;
    draw(path);
  }, { empty: !known }));
  if (known?.named) row.append(field(node.of, words.wordsWhich, (value) => changed(() => { node.of = value; }), { className: "builder-which", properties: { placeholder: words.wordsWhich, maxLength: 64 } }));
  if (known) {
    const kinds = operators[known.kind];
    row.append(choose(Object.entries(kinds).map(([name, [label]]) => [name, label]), node.op, words.wordsOp, (value) => {
      if (kinds[value][1] !== kinds[node.op]?.[1]) node.value = null;
      node.op = value;
      draw(path);
    }));
    row.append(...valueOf(node, known, kinds[node.op]?.[1]));
  }
  row.append(removeButton(drop));
  return row;
}

function valueOf(node, known, needs) {
  const set = (value) => changed(() => { node.value = value; });
  if (needs === "text" || needs === "regex") return [field(node.value, words.wordsValue, set, { properties: { maxLength: 1000 } })];
  if (needs === "clock") return [field(node.value, words.wordsValue, set, { className: "builder-hours", properties: { type: "time" } })];
  if (needs === "number") return [field(node.value, words.wordsValue, (value) => set(value === "" ? null : Number(value)), { properties: { type: "number", step: "any" } })];
  if (needs === "two numbers") {
    const two = Array.isArray(node.value) ? node.value : [null, null];
    return [0, 1].map((place) => field(two[place], words.wordsValue, (value) => {
      two[place] = value === "" ? null : Number(value);
      set([...two]);
    }, { properties: { type: "number", step: "any" } }));
  }
  if (needs === "choices") return [choose(listOf(known.choices), node.value, words.wordsValue, set, { many: true })];
  return [];
}

function doing() {
  rule.actions ??= [];
  const rows = rule.actions.map((one, number) => action(one, `actions.${number}`, () => {
    rule.actions.splice(number, 1);
    draw();
  }));
  const add = addButton(words.wordsAction, () => {
    rule.actions.push({ do: "add_tag", value: null });
    draw(`actions.${rule.actions.length - 1}`);
  });
  return [...rows, make("div", { className: "builder-adds" }, add)];
}

function action(one, path, drop) {
  const row = make("div", { className: "builder-row" });
  row.dataset.path = path;
  row.append(choose(Object.entries(actions).map(([name, { label }]) => [name, label]), one.do, words.wordsAction, (value) => {
    one.do = value;
    one.value = null;
    draw(path);
  }, { empty: !actions[one.do] }));
  const set = (value) => changed(() => { one.value = value; });
  const { takes, choices } = actions[one.do] ?? {};
  if (takes === "choice") row.append(choose(listOf(choices), one.value, words.wordsValue, set, { empty: true }));
  if (takes === "address") row.append(field(one.value, words.wordsValue, set, { properties: { type: "url", maxLength: 500, placeholder: "https://" } }));
  if (takes === "hours") row.append(field(one.value, words.wordsHours, (value) => set(value === "" ? null : Number(value)), { properties: { type: "number", min: 0, step: "any", placeholder: words.wordsHours } }));
  if (takes === "answer") {
    const hours = one.value?.hours ?? null;
    row.append(field(hours, words.wordsOnce, (value) => set({ ...one.value, hours: value === "" ? null : Number(value) }), { className: "builder-hours", properties: { type: "number", min: 0, step: "any", placeholder: words.wordsHours, title: words.wordsOnce } }));
  }
  row.append(removeButton(drop));
  if (takes === "text") row.append(field(one.value, words.wordsValue, set, { tag: "textarea", properties: { rows: 2, maxLength: 4096 } }));
  if (takes === "answer") row.append(...answerFields(one, path, listOf(choices), { make, choose, field, removeButton, addButton, draw, set, words }));
  return row;
}

function options() {
  const named = heading("builder-name");
  const stops = make("input", { type: "checkbox", className: "form-check-input", checked: Boolean(rule.stops) });
  stops.addEventListener("change", () => changed(() => { rule.stops = stops.checked; }));
  const label = make("label", { className: "form-check mb-0" }, stops, " ", make("span", { className: "form-check-label", textContent: heading("builder-stops") }));
  const order = field(rule.position ?? 100, heading("builder-position"), (value) => changed(() => { rule.position = Number(value) || 0; }), { className: "builder-order", properties: { type: "number", min: 0, max: 30000, title: heading("builder-position") } });
  const only = (name, offered, none) => choose([["", none], ...offered], rule[name], none, (value) => changed(() => { rule[name] = value === "" ? null : Number(value); }));
  const narrowed = [];
  if (offers.inboxes.length > 1 || rule.inbox) narrowed.push(only("inbox", offers.inboxes, words.wordsAnyInbox));
  if (offers.teams.length || rule.team) narrowed.push(only("team", offers.teams, words.wordsAnyTeam));
  const who = choose(editable, rule.editable_by ?? "all", words.wordsEditable, (value) => changed(() => { rule.editable_by = value; }));
  who.title = words.wordsEditable;
  return make("div", { className: "builder-options" }, ...narrowed, who, field(rule.name, named, (value) => changed(() => { rule.name = value; }), { properties: { placeholder: named, maxLength: 120 } }), order, label);
}

// Kept, checked, tried

function changed(change) {
  change();
  keep();
}

function keep() {
  json.value = JSON.stringify(rule, null, 2);
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

json.addEventListener("input", () => {
  const pasted = read();
  if (!pasted) return keepTyped();
  rule = { name: "", event: "", conditions: {}, actions: [], stops: false, ...pasted };
  const typed = json.value;
  draw();
  json.value = typed;
  return undefined;
});

function keepTyped() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function send(address, more = {}) {
  const headers = { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") };
  return fetch(address, { method: "POST", headers, body: new URLSearchParams({ definition: json.value, ...more }) });
}

async function check() {
  asked += 1;
  const number = asked;
  try {
    const answer = await send(words.check);
    if (!answer.ok || number !== asked) return;
    const { wrong, sentence } = await answer.json();
    root.querySelector("[data-sentence]").textContent = sentence;
    wrongList.replaceChildren(...wrong.map(([, said]) => make("li", { textContent: said })));
    wrongList.hidden = wrong.length === 0;
    const paths = new Set(wrong.map(([path]) => path));
    for (const row of parts.querySelectorAll("[data-path]")) row.classList.toggle("is-wrong", paths.has(row.dataset.path));
  } catch {
    // Not reachable: the next change asks again, and saving says so.
  }
}

async function tryIt(more) {
  try {
    const answer = await send(words.try, more);
    trialBox.innerHTML = await answer.text();
  } catch {
    trialBox.textContent = words.wordsUnreachable;
  }
  trialBox.scrollIntoView({ block: "nearest" });
}

root.querySelector("[data-try-it]").addEventListener("click", () => tryIt({}));
const number = root.querySelector("[name=ticket]");
root.querySelector("[data-explain]").addEventListener("click", () => tryIt({ ticket: number.value || "#" }));
number.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  tryIt({ ticket: number.value || "#" });
});

draw();
