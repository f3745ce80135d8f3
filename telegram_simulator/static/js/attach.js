// The attach menu with things to send at once, files by choice or by drag and drop.

import { $, el, icon, openAt } from "./dom.js";
import { composer } from "./composer.js";
import { openForm } from "./forms.js";
import { sendParts } from "./sending.js";
import { act, chatOf, state } from "./state.js";
import { word } from "./words.js";

const PLACES = [[55.75222, 37.61556], [51.50073, -0.12463], [48.85837, 2.29448], [41.00854, 28.98005]];
const any = (list) => list[Math.floor(Math.random() * list.length)];

async function sendDemo(name, kind, type, said) {
  const content = await (await fetch(`/static/demo/${name}`)).blob();
  await sendParts([{ kind, said, file: new File([content], name, { type }) }]);
}

/** A landscape, drawn anew each time, so that a picture is at hand on any machine. */
function drawnPicture() {
  const canvas = el("canvas", { width: 1280, height: 853 });
  const pen = canvas.getContext("2d");
  const tone = Math.random() * 360;
  const sky = pen.createLinearGradient(0, 0, 0, 853);
  [[0, 70, 62], [0.6, 80, 80], [1, 60, 90]].forEach(([at, much, light]) => sky.addColorStop(at, `hsl(${tone + at * 60} ${much}% ${light}%)`));
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 1280, 853);
  pen.fillStyle = "rgb(255 255 255 / 85%)";
  pen.beginPath();
  pen.arc(250 + Math.random() * 800, 230, 85, 0, 7);
  pen.fill();
  for (let hill = 0; hill < 4; hill += 1) {
    pen.fillStyle = `hsl(${tone + 150 + hill * 12} 35% ${56 - hill * 11}%)`;
    const shift = Math.random() * 9;
    pen.beginPath();
    pen.moveTo(0, 853);
    for (let x = 0; x <= 1280; x += 10) pen.lineTo(x, 430 + hill * 95 + Math.sin(x / (210 - hill * 25) + shift) * 62 + Math.sin(x / 61 + shift) * 11);
    pen.lineTo(1280, 853);
    pen.fill();
  }
  return new Promise((resolve) => { canvas.toBlob((blob) => resolve(new File([blob], "landscape.jpg", { type: "image/jpeg" })), "image/jpeg", 0.9); });
}

function choose(accept, asFiles) {
  $("#as-files").checked = asFiles;
  $("#file-input").accept = accept;
  $("#file-input").click();
}

const send = (body) => act("POST", "messages", body);
function somewhere(more = {}) {
  const [latitude, longitude] = any(PLACES);
  return { latitude, longitude, ...more };
}
const CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Maria Garcia\nTEL:+15550100123\nEMAIL:maria@example.org\nEND:VCARD";
const maria = { phone_number: "+15550100123", first_name: "Maria", last_name: "Garcia", vcard: CARD };
const NEWS = { id: -1001000000001, type: "channel", title: "City News", username: "city_news" };

async function sendPaid() {
  const form = new FormData();
  form.append("paid_media", JSON.stringify({ star_count: 25, previews: [{ width: 640, height: 480, duration: 12 }] }));
  form.append("kind", "photo");
  form.append("file", await drawnPicture());
  return act("POST", "messages", form);
}

const sticker = (name, type) => sendDemo(name, "sticker", type, { emoji: name.endsWith("webm") ? "❤" : "📦", set_name: "SimulatorDemo" });
const film = { width: 240, height: 240, length: 240, duration: 2 };
const ITEMS = [
  ["media", "picture", () => choose("image/*,video/*", false)],
  ["file", "file", () => choose("", true)],
  ["poll", "poll", () => openForm("poll")],
  ["checklist", "tick", () => openForm("checklist")],
  ["demo_photo", "picture", async () => composer.add([await drawnPicture()])],
  ["covered_photo", "covered", async () => sendParts([{ kind: "photo", said: { has_spoiler: true }, file: await drawnPicture() }])],
  ["demo_voice", "microphone", () => sendDemo("voice.oga", "voice", "audio/ogg")],
  ["audio", "play", () => sendDemo("tune.mp3", "audio", "audio/mpeg", { performer: "Simulator", title: "Little tune", duration: 3 })],
  ["video", "play", () => sendDemo("film.mp4", "video", "video/mp4", film)],
  ["video_note", "play", () => sendDemo("film.mp4", "video_note", "video/mp4", film)],
  ["animation", "play", () => sendDemo("film.mp4", "animation", "video/mp4", film)],
  ["sticker", "sticker", () => sticker("sticker.webp", "image/webp")],
  ["sticker_animated", "sticker", () => sticker("sticker.tgs", "application/x-tgsticker")],
  ["sticker_video", "sticker", () => sticker("sticker.webm", "video/webm")],
  ["location", "place", () => send({ location: somewhere() })],
  ["live_location", "place", () => send({ location: somewhere({ live_period: 900, heading: 45 }) })],
  ["venue", "place", () => send({ venue: somewhere({ title: "Café Central", address: "Main Street 1" }) })],
  ["contact", "person", () => send({ contact: maria })],
  ["dice", "dice", () => send({ dice: { emoji: any(["🎲", "🎯", "🏀", "⚽", "🎳", "🎰"]) } })],
  ["game", "dice", () => send({ game: { title: "Chess", description: "A game for two" } })],
  ["story", "picture", () => send({ story: { chat: NEWS, id: 1 } })],
  ["paid_media", "covered", sendPaid],
  ["gift", "gift", () => send({ gift: { text: word("gift_text"), star_count: 50 } })],
  ["forwarded_post", "reply", () => send({ text: word("forwarded_text"), forward_origin: { type: "channel", chat: NEWS, message_id: 7 } })],
  ["raw", "edit", () => openForm("raw")],
];

export function startAttach() {
  const menu = $("#attach-menu");
  menu.replaceChildren(...ITEMS.map(([name, mark, action]) =>
    el("button.item", { type: "button", dataset: { attach: name }, onclick: () => { menu.hidePopover(); action(); } }, icon(mark), word(name))));
  $("#attach").addEventListener("click", () => {
    const box = $("#attach").getBoundingClientRect();
    openAt(menu, box.left, box.top - 8);
    menu.style.top = `${box.top - menu.offsetHeight - 8}px`;
  });
  $("#file-input").addEventListener("change", (event) => {
    composer.add([...event.target.files]);
    event.target.value = "";
    event.target.accept = "";
  });
  const zone = $("#open-chat");
  const ready = () => state.client && chatOf(state.client.id)?.started && !chatOf(state.client.id).blocked;
  zone.addEventListener("dragover", (event) => {
    if (!ready() || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    $("#drop").hidden = false;
  });
  zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) $("#drop").hidden = true; });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    $("#drop").hidden = true;
    if (ready()) composer.add([...event.dataTransfer.files]);
  });
}
