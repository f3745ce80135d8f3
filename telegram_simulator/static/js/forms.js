// Dialogs for what needs words before it is sent: a poll, a checklist, a message of any fields.

import { $, el } from "./dom.js";
import { ask, state } from "./state.js";
import { word } from "./words.js";

const RAW = '{\n  "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}\n}';

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function pollBody(form) {
  const options = lines(form.options.value);
  const quiz = form.quiz.checked;
  const body = { question: form.question.value, options, is_anonymous: form.anonymous.checked, type: quiz ? "quiz" : "regular" };
  return { poll: quiz ? { ...body, correct_option_ids: [0] } : { ...body, allows_multiple_answers: form.many.checked } };
}

const text = (name, label, more = {}) => el("label", {}, word(label), el("input", { name, required: true, autocomplete: "off", ...more }));
const area = (name, label, value, rows = 4) => {
  const box = el("textarea", { name, rows, required: true, spellcheck: "false" });
  box.value = value;
  return el("label", {}, word(label), box);
};
const tick = (name, label, checked = false) => el("label.tick", {}, el("input", { name, type: "checkbox", checked }), word(label));

const FORMS = {
  poll: {
    fields: () => [text("question", "question", { maxlength: 300 }), area("options", "options", ""), tick("anonymous", "anonymous", true), tick("many", "several_answers"), tick("quiz", "quiz_first_right")],
    body: pollBody,
  },
  checklist: {
    fields: () => [text("title", "title", { maxlength: 255 }), area("tasks", "tasks", "")],
    body: (form) => ({ checklist: { title: form.title.value, tasks: lines(form.tasks.value), others_can_mark_tasks_as_done: true, others_can_add_tasks: true } }),
  },
  raw: {
    fields: () => [el("p", {}, word("raw_text")), area("fields", "raw_fields", RAW, 9)],
    body: (form) => ({ raw: JSON.parse(form.fields.value) }),
  },
};

/** Opens the dialog of that kind. */
export function openForm(kind) {
  const form = $("#kind-form");
  form.dataset.kind = kind;
  $("h2", form).textContent = word(kind);
  $(".fields", form).replaceChildren(...FORMS[kind].fields());
  $(".error", form).textContent = "";
  $("#kind-dialog").showModal();
  $("input, textarea", form).focus();
}

export function startForms() {
  const form = $("#kind-form");
  $("[data-close]", form).addEventListener("click", () => $("#kind-dialog").close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      // Named access to controls: `title` of a form is also a property of every element.
      const named = Object.fromEntries([...form.elements].filter((each) => each.name).map((each) => [each.name, each]));
      await ask("POST", `clients/${state.client.id}/messages`, FORMS[form.dataset.kind].body(named));
      $("#kind-dialog").close();
    } catch (error) {
      $(".error", form).textContent = error.message;
    }
  });
}
