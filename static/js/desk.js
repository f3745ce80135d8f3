// The one socket of a page that hears what happens on the desk, whoever on the page wants to know: "changed" for
// lists and counts, "alert" for what its owner is told at once, "state" for the connection.

import { ListSocket } from "./inbox_socket.js";

export const desk = new EventTarget();

const tell = (name, detail) => desk.dispatchEvent(new CustomEvent(name, { detail }));

const socket = new ListSocket({
  state: (name) => tell("state", name),
  changed: (frame) => tell("changed", frame),
  alert: (frame) => tell("alert", frame),
});

export const isConnected = () => socket.isOpen;
