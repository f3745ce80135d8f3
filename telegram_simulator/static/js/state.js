// What this page knows of the simulated world, kept true by the socket. After a gap everything is read anew.

import { toast } from "./dom.js";

export const state = { bots: [], clients: new Map(), chats: new Map(), bot: null, client: null, messages: [] };
const listeners = [];

/** `listener(what, detail)`: what is "all", "clients", "chat" (the open one), "message", "deleted", "action", "answer". */
export const onChange = (listener) => listeners.push(listener);
const tell = (what, detail) => listeners.forEach((listener) => listener(what, detail));

export const chatOf = (clientId) => state.chats.get(`${state.bot?.id}:${clientId}`);
const isOpen = (event) => event.client_id === state.client?.id && event.bot_id === state.bot?.id;

/** One request to the control API; refusals become an Error with words. */
export async function ask(method, path, body) {
  const joint = path.includes("?") ? "&" : "?";
  const address = `/control/${path}${state.bot ? `${joint}bot=${state.bot.id}` : ""}`;
  const isForm = body instanceof FormData;
  const answer = await fetch(address, { method, body: isForm || !body ? body : JSON.stringify(body) });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error || `${answer.status} ${answer.statusText}`);
  return found;
}

/** An action of the open client. True when it was done; otherwise the person has been told why not. */
export async function act(method, path, body) {
  try {
    await ask(method, `clients/${state.client.id}/${path}`, body);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

export async function openClient(clientId) {
  state.client = state.clients.get(clientId) || null;
  state.messages = [];
  tell("opened");
  if (state.client) await loadMessages();
}

export async function chooseBot(botId) {
  state.bot = state.bots.find((bot) => bot.id === botId);
  await loadAll();
}

async function loadMessages() {
  const client = state.client;
  const messages = await ask("GET", `clients/${client.id}/messages`);
  if (state.client?.id !== client.id) return; // another chat was opened meanwhile
  state.messages = messages;
  tell("all");
}

export async function loadAll() {
  const found = await ask("GET", "state");
  state.bots = found.bots;
  state.bot = found.bots.find((bot) => bot.id === state.bot?.id) || found.bots[0] || null;
  state.clients = new Map(found.clients.map((client) => [client.id, client]));
  state.chats = new Map(found.chats.map((chat) => [`${chat.bot_id}:${chat.client_id}`, chat]));
  state.client = state.client && (state.clients.get(state.client.id) || null);
  tell("clients");
  if (state.client) await loadMessages();
  else tell("opened");
}

const apply = {
  async reset() {
    await loadAll();
  },
  async bot() {
    await loadAll();
  },
  client(event) {
    state.clients.set(event.client.id, event.client);
    tell("clients");
  },
  chat(event) {
    const key = `${event.bot_id}:${event.client_id}`;
    state.chats.set(key, { ...state.chats.get(key), ...event });
    tell("clients");
    if (isOpen(event)) tell("chat");
  },
  message(event) {
    const key = `${event.bot_id}:${event.client_id}`;
    state.chats.set(key, { ...state.chats.get(key), last: event.message });
    if (isOpen(event) && !state.messages.some((each) => sameId(each, event.message))) {
      state.messages.push(event.message);
      tell("message", event.message);
    }
  },
  changed(event) {
    const chat = state.chats.get(`${event.bot_id}:${event.client_id}`);
    if (chat?.last && sameId(chat.last, event.message)) chat.last = event.message;
    tell("clients");
    if (!isOpen(event)) return;
    state.messages = state.messages.map((each) => (sameId(each, event.message) ? event.message : each));
    tell("changed", event.message);
  },
  async deleted(event) {
    if (isOpen(event)) {
      state.messages = state.messages.filter((each) => each.content.message_id !== event.message_id);
      tell("all");
    }
    const found = await ask("GET", "state");
    state.chats = new Map(found.chats.map((chat) => [`${chat.bot_id}:${chat.client_id}`, chat]));
    tell("clients");
  },
  action(event) {
    if (isOpen(event)) tell("action", event.action);
  },
  answer(event) {
    if (isOpen(event)) tell("answer", event);
  },
};

const sameId = (one, other) => one.content.message_id === other.content.message_id;

let pause = 300;
/** Keeps the socket open for ever. `connected(true | false)` hears of it. */
export function connect(connected) {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/control/live`);
  let work = Promise.resolve(); // events are applied one after the other
  socket.onmessage = (message) => {
    const event = JSON.parse(message.data);
    if (event.event === "hello") {
      pause = 300;
      connected(true);
      work = loadAll().catch(() => socket.close());
    } else {
      work = work.then(() => apply[event.event]?.(event)).catch((error) => console.error(error));
    }
  };
  socket.onclose = () => {
    connected(false);
    setTimeout(() => connect(connected), pause);
    pause = Math.min(pause * 2, 4000);
  };
}
