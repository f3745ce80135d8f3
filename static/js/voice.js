// A voice message: recorded in the browser, listened to, sent or discarded.

const FORMS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const SHORTEST = 500; // milliseconds

export class Voice {
  // `composer.sendVoice(file, seconds)` sends it, `composer.say(words)` tells what went wrong.
  constructor(element, composer, signal) {
    this.element = element;
    this.composer = composer;
    this.box = element.querySelector("#composer-recorder");
    this.words = this.box.dataset;
    this.heard = this.box.querySelector("audio");
    const starter = element.querySelector("[data-record=start]");
    starter.hidden = !(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
    starter.addEventListener("click", () => this.start());
    for (const act of ["cancel", "stop", "send"]) {
      this.box.querySelector(`[data-record=${act}]`).addEventListener("click", () => this[act]());
    }
    this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.cancel());
    window.addEventListener("pagehide", () => this.release(), { signal });
    signal.addEventListener("abort", () => this.drop());
  }

  async start() {
    if (this.element.hasAttribute("data-recording")) return;
    this.show("recording");
    const attempt = (this.attempt = {});
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      if (this.attempt !== attempt) return;
      this.show("");
      const unknown = ["NotFoundError", "OverconstrainedError"].includes(error.name);
      this.composer.say(unknown ? this.words.wordsNone : this.words.wordsRefused);
      return;
    }
    if (this.attempt !== attempt) {
      for (const track of stream.getTracks()) track.stop(); // discarded while the browser asked whether it may
      return;
    }
    this.stream = stream;
    const mimeType = FORMS.find((form) => MediaRecorder.isTypeSupported(form));
    this.pieces = [];
    this.recorder = new MediaRecorder(this.stream, mimeType ? { mimeType } : {});
    this.recorder.ondataavailable = (event) => this.pieces.push(event.data);
    this.recorder.onerror = () => this.fail(this.words.wordsFailed);
    this.recorder.onstop = () => this.stopped();
    this.recorder.start(1000);
    this.began = performance.now();
    this.measure();
    this.box.querySelector("[data-record=stop]").focus();
  }

  // The timer, and how loud it is.
  measure() {
    this.context = new AudioContext();
    const analyser = new AnalyserNode(this.context, { fftSize: 512 });
    this.context.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const [timer, level] = [this.box.querySelector("[data-timer]"), this.box.querySelector("meter")];
    const draw = () => {
      const seconds = Math.floor((performance.now() - this.began) / 1000);
      timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      analyser.getFloatTimeDomainData(samples);
      level.value = Math.min(1, Math.max(...samples.map(Math.abs)) * 1.5);
    };
    draw();
    this.timer = setInterval(draw, 100);
  }

  stop() {
    if (this.recorder?.state !== "recording") return; // the browser still asks whether it may
    this.length = performance.now() - this.began;
    this.recorder?.stop();
  }

  stopped() {
    const type = this.recorder.mimeType.split(";")[0] || "audio/webm";
    this.release();
    const suffix = { "audio/ogg": "ogg", "audio/mp4": "m4a" }[type] ?? "webm";
    this.file = new File(this.pieces, `voice.${suffix}`, { type });
    if (this.length < SHORTEST || !this.file.size) {
      this.fail(this.words.wordsShort);
      return;
    }
    this.show("recorded");
    this.heard.src = URL.createObjectURL(this.file);
    this.box.querySelector("[data-record=send]").focus();
  }

  cancel() {
    this.drop();
    this.element.querySelector("[data-record=start]").focus();
  }

  async send() {
    const button = this.box.querySelector("[data-record=send]");
    if (button.disabled) return;
    button.disabled = true;
    const seconds = Math.max(1, Math.round(this.length / 1000));
    if (await this.composer.sendVoice(this.file, seconds)) this.show("");
    button.disabled = false;
  }

  fail(words) {
    this.drop();
    this.composer.say(words);
  }

  drop() {
    this.attempt = null;
    if (this.recorder) this.recorder.onstop = null;
    this.release();
    this.show("");
  }

  // The microphone is let go of, and its light goes out.
  release() {
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.context && this.context.state !== "closed") this.context.close();
  }

  // "": nothing, recording, recorded.
  show(state) {
    this.element.toggleAttribute("data-recording", Boolean(state));
    this.box.hidden = !state;
    this.box.querySelector(".recorder-now").hidden = this.box.querySelector("[data-record=stop]").hidden = state !== "recording";
    this.heard.hidden = this.box.querySelector("[data-record=send]").hidden = state !== "recorded";
    if (this.heard.src) URL.revokeObjectURL(this.heard.src);
    this.heard.removeAttribute("src");
  }
}
