// Starts the page. The address names the open client (#5000001), so that each window can play another one.

import { startAttach } from "./attach.js";
import { startBar } from "./bar.js";
import { startChat } from "./chat.js";
import { startClients } from "./clients.js";
import { composer, startComposer } from "./composer.js";
import { $ } from "./dom.js";
import { startForms } from "./forms.js";
import { startKeyboards } from "./keyboard.js";
import { startMenu } from "./menu.js";
import { connect, onChange, openClient, state } from "./state.js";
import { startVoice } from "./voice.js";
import { translatePage } from "./words.js";

const open = (clientId) => { location.hash = clientId || ""; };
const openNamed = () => openClient(Number(location.hash.slice(1)));

translatePage();
startClients(open);
startBar();
startChat();
startComposer();
startMenu(composer);
startAttach();
startForms();
startKeyboards();
startVoice();

window.addEventListener("hashchange", openNamed);
$("#back").addEventListener("click", () => open(null));
for (const close of document.querySelectorAll("#viewer, #viewer button")) close.addEventListener("click", () => $("#viewer").close());
// The first time there is something to open: what the address names.
let begun = false;
onChange((what) => {
  if (what !== "clients" || begun || !state.clients.size) return;
  begun = true;
  if (location.hash) openNamed();
});
connect((connected) => { $("#connection").hidden = connected; });
