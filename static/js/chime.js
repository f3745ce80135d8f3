// The sound of something new: two notes, made here, so that there is no file to fetch.

const NOTES = [[784, 0], [1047, 0.13]]; // hertz, seconds after the beginning
const LENGTH = 0.42; // seconds
const LOUDNESS = 0.16;

let context;

// Whether it was heard. A browser keeps a page silent until its reader has clicked or typed in it.
export async function ring() {
  try {
    context ??= new AudioContext();
  } catch {
    return false; // no sound on this machine
  }
  // What is not allowed is not refused either: it waits for a click.
  if (context.state !== "running") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (context.state !== "running") return false;
  for (const [pitch, delay] of NOTES) play(pitch, context.currentTime + delay);
  return true;
}

function play(pitch, at) {
  const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + LENGTH);
}
