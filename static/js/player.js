// One sound's player: bars that are also the slider, and a speed that all of them share. Its <audio> is what
// plays.

import { clock } from "./clock.js";
import { BARS, waveform } from "./waveform.js";

const SPEEDS = [1, 1.5, 2];
const STEP = 5; // seconds, of an arrow key
const SVG = "http://www.w3.org/2000/svg";

let speed = 1;

export class Player {
  constructor(sound) {
    this.sound = sound;
    this.audio = sound.querySelector("audio");
    this.button = sound.querySelector(".player-play");
    this.wave = sound.querySelector(".player-wave");
    this.faster = sound.querySelector(".player-speed");
    this.time = sound.querySelector(".player-time");
    this.button.addEventListener("click", () => this.toggle());
    this.faster.addEventListener("click", () => this.setSpeed(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]));
    this.wave.addEventListener("keydown", (event) => this.key(event));
    this.wave.addEventListener("pointerdown", (event) => this.drag(event));
    this.wave.addEventListener("pointermove", (event) => event.buttons && this.drag(event));
    this.show();
  }

  get length() {
    const { duration } = this.audio;
    return Number.isFinite(duration) && duration > 0 ? duration : Number(this.sound.dataset.seconds) || 0;
  }

  toggle() {
    this.audio.playbackRate = speed;
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  setSpeed(wanted) {
    speed = wanted;
    this.audio.playbackRate = speed;
    this.show();
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(seconds, 0), this.length);
    this.show();
  }

  key(event) {
    const { currentTime } = this.audio;
    const to = { ArrowLeft: currentTime - STEP, ArrowRight: currentTime + STEP, Home: 0, End: this.length }[event.key];
    if (to === undefined && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (to === undefined) this.toggle();
    else this.seek(to);
  }

  drag(event) {
    this.wave.setPointerCapture?.(event.pointerId);
    const { left, width } = this.wave.getBoundingClientRect();
    if (width) this.seek((this.length * (event.clientX - left)) / width);
  }

  show() {
    const { audio, length, button, wave } = this;
    const at = audio.ended ? 0 : audio.currentTime;
    button.ariaLabel = audio.paused ? button.dataset.wordsPlay : button.dataset.wordsPause;
    this.sound.toggleAttribute("data-playing", !audio.paused);
    this.time.textContent = at > 0 ? clock(at) : clock(length);
    this.faster.textContent = `${speed}×`;
    this.faster.ariaLabel = `${this.faster.dataset.words}: ${speed}×`;
    wave.ariaValueMax = String(Math.round(length));
    wave.ariaValueNow = String(Math.round(at));
    wave.ariaValueText = clock(at);
    const played = length ? Math.round((at / length) * BARS) : 0;
    wave.querySelectorAll("rect").forEach((bar, number) => bar.classList.toggle("is-played", number < played));
  }

  async draw() {
    const { size } = this.sound.dataset;
    const shape = this.sound.dataset.sound === "voice" ? await waveform(this.audio.src, Number(size)) : Array(BARS).fill(0.16);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${BARS * 4} 28`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.ariaHidden = "true";
    svg.append(...shape.map((loud, number) => bar(number, Math.max(3, loud * 26))));
    this.wave.replaceChildren(svg);
    this.show();
  }
}

function bar(number, height) {
  const rect = document.createElementNS(SVG, "rect");
  const place = { x: number * 4 + 0.75, y: 14 - height / 2, width: 2.5, height, rx: 1.25 };
  for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value.toFixed(2));
  return rect;
}
