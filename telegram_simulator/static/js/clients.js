// The list of clients, and the form that adds one.

import { $, avatar, el, fullName } from "./dom.js";
import { ask, chatOf, chooseBot, onChange, state } from "./state.js";
import { preview } from "./text.js";
import { timeOrDay, word } from "./words.js";

function lastWords(chat) {
  if (!chat?.started) return word("not_started");
  if (chat.blocked) return word("blocked");
  if (!chat.last) return "";
  return [chat.last.from_bot ? null : el("b", {}, `${word("you")}: `), preview(chat.last.content)].filter(Boolean);
}

function item(client) {
  const chat = chatOf(client.id);
  const last = chat?.last?.content;
  const open = client.id === state.client?.id;
  return el(
    "button",
    { type: "button", dataset: { clientId: client.id }, "aria-current": String(open), title: client.username ? `@${client.username}` : null },
    avatar(client),
    el(
      "span.client-body",
      {},
      el("span", {}, el("span.client-name", {}, fullName(client)), client.language_code ? el("span.language", {}, client.language_code) : null,
        last ? el("time.client-time", {}, timeOrDay(last.edit_date || last.date)) : null),
      el("span", {}, el("span.client-last", {}, ...[lastWords(chat)].flat()),
        chat?.unread && !open ? el("span.badge", { dataset: { unread: chat.unread } }, String(chat.unread)) : null),
    ),
  );
}

function draw() {
  const newest = (client) => chatOf(client.id)?.last?.content.date || 0;
  const clients = [...state.clients.values()].sort((one, other) => newest(other) - newest(one) || one.id - other.id);
  const focused = document.activeElement?.dataset?.clientId;
  $("#clients").replaceChildren(...clients.map(item));
  if (focused) $(`#clients [data-client-id="${focused}"]`)?.focus({ preventScroll: true });
  $("#bots").hidden = state.bots.length < 2;
  $("#bot").replaceChildren(
    ...state.bots.map((bot) => el("option", { value: bot.id, selected: bot.id === state.bot?.id }, `${bot.first_name} @${bot.username}`)),
  );
  const unread = clients.reduce((sum, client) => sum + (chatOf(client.id)?.unread || 0), 0);
  document.title = unread ? `(${unread}) ${word("simulator")}` : word("simulator");
}

/** `open(clientId)` is called when a client is chosen. */
export function startClients(open) {
  onChange((what) => ["clients", "opened"].includes(what) && draw());
  $("#clients").addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-client-id]");
    if (chosen) open(Number(chosen.dataset.clientId));
  });
  $("#bot").addEventListener("change", (event) => chooseBot(Number(event.target.value)));
  const dialog = $("#add-client-dialog");
  const form = $("#add-client");
  $("#new-client").addEventListener("click", () => {
    form.reset();
    $(".error", form).textContent = "";
    dialog.showModal();
  });
  $("[data-close]", form).addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const client = await ask("POST", "clients", Object.fromEntries(new FormData(form)));
      dialog.close();
      state.clients.set(client.id, client);
      open(client.id);
    } catch (error) {
      $(".error", form).textContent = error.message;
    }
  });
}
