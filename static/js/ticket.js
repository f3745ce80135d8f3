// One ticket's pane: wires its parts together when it comes onto the page, and takes them apart when another
// takes its place. Opening a ticket by its address and switching to it run the same code.
//
// Whoever adds to a ticket's pane listens to `ticket-mounted` and `ticket-unmounted`, which bubble from the pane.
// Their detail has the `ticket`'s number, and a `signal` that aborts when the ticket goes.

import { setTitle } from "./badge.js";
import { wireComposing } from "./composing.js";
import { wireCountdowns } from "./countdown.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { wireFolding } from "./folding.js";
import { History } from "./history.js";
import { Live } from "./live.js";
import { wireMedia } from "./media.js";
import { Clock } from "./moments.js";
import { Panel } from "./panel.js";
import { Newer } from "./newer.js";
import { followPlaces } from "./places.js";
import { Presence } from "./presence.js";
import { Reading } from "./reading.js";
import { Sounds } from "./sounds.js";
import { Stickers } from "./stickers.js";

let mounted = null; // {pane, detail, controller}

export function mount(pane) {
  unmount();
  setTitle(pane.dataset.title);
  if (!pane.dataset.ticket) return;
  const controller = new AbortController();
  const { signal } = controller;
  wire(pane, signal);
  mounted = { pane, controller, detail: { ticket: pane.dataset.ticket, signal } };
  tell("ticket-mounted");
}

export function unmount() {
  if (!mounted) return;
  tell("ticket-unmounted");
  mounted.controller.abort();
  mounted = null;
}

function tell(name) {
  mounted.pane.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: mounted.detail }));
}

function wire(pane, signal) {
  const page = pane.querySelector("[data-ticket-page]");
  const box = pane.querySelector("#conversation");
  const clock = new Clock(box.dataset.language, box.dataset.timeZone);
  clock.localise(page);

  const { address } = pane.dataset;
  const connection = new Connection("connection");
  let live; // none on a page without live updates
  const signedOut = () => {
    connection.show("signed-out");
    live?.again(); // a socket that was opened before says nothing of it, and would call the page up to date
  };
  const conversation = new Conversation(box, clock, signal);
  const panel = new Panel(pane, clock, { signedOut }, signal);
  new History(conversation, address, signal);
  wireMedia(page);
  wireFolding(page);
  new Sounds(page, box, signal);
  new Stickers(box, signal);
  followPlaces(box, signal);

  const say = (words, good) => panel.say(words, good);
  wireComposing(box, say, { signedOut, sent: () => conversation.toBottom() }, signal);
  const countdown = wireCountdowns(box, signal);
  if (!("live" in box.dataset)) return;
  const send = (command) => live.send(command);
  const presence = new Presence(pane, send, signal);
  const newer = new Newer(pane.querySelector("#composer"), box, () => conversation.toBottom());
  live = new Live(box, {
    opened() {
      presence.show([]); // the server tells who is here now
      presence.look();
    },
    present: (people) => presence.show(people),
    state: (name) => connection.show(name),
    frame(frame) {
      conversation.upsert(frame.html);
      countdown();
      queueMicrotask(() => newer.look()); // once the number of the frame is the page's
      if (frame.panel_changed) panel.refresh();
    },
  }, signal);
  new Reading(box, send, signal);
}
