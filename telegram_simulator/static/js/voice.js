// Records a voice message. Telegram's are Opus in Ogg; a browser that records WebM has it put into Ogg.

import { $, toast } from "./dom.js";
import { oggFromWebm } from "./ogg.js";
import { sendParts } from "./sending.js";
import { lengthWords, word } from "./words.js";

const OGG = "audio/ogg;codecs=opus";
const WEBM = "audio/webm;codecs=opus";
let recorder = null;

function chooseFile() {
  toast(word("no_microphone"));
  $("#voice-input").click();
}

async function start() {
  const type = [OGG, WEBM].find((each) => window.MediaRecorder?.isTypeSupported(each));
  if (!type || !navigator.mediaDevices) return chooseFile();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return chooseFile();
  }
  const pieces = [];
  recorder = new MediaRecorder(stream, { mimeType: type });
  const began = Date.now();
  const ticking = setInterval(() => { $("#recording time").textContent = lengthWords((Date.now() - began) / 1000); }, 250);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = async () => {
    clearInterval(ticking);
    stream.getTracks().forEach((track) => track.stop());
    show(false);
    if (!recorder.kept) return;
    const recorded = new Blob(pieces);
    const bytes = type === OGG ? recorded : oggFromWebm(new Uint8Array(await recorded.arrayBuffer()));
    const duration = Math.max(1, Math.round((Date.now() - began) / 1000));
    await sendParts([{ kind: "voice", said: { duration }, file: new File([bytes], "voice.oga", { type: "audio/ogg" }) }]);
  };
  recorder.start();
  show(true);
  return undefined;
}

function show(recording) {
  $("#composer").classList.toggle("recording", recording);
  $("#recording").hidden = !recording;
  $("#recording time").textContent = "0:00";
}

function stop(kept) {
  if (recorder?.state !== "recording") return;
  recorder.kept = kept;
  recorder.stop();
}

export function startVoice() {
  $("#record").addEventListener("click", start);
  $("#cancel-recording").addEventListener("click", () => stop(false));
  $("#composer").addEventListener("submit", () => stop(true));
  $("#voice-input").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) sendParts([{ kind: "voice", file }]);
  });
}
