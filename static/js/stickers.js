// Telegram's animated stickers (.tgs: a gzipped Lottie animation), drawn by lottie-web, which is fetched when
// the first one comes into view. What a client sends is not trusted: it is unpacked up to a limit, refused
// when it could do more than draw, and its emoji then stays in its place.

const MOST_UNPACKED = 4 * 1024 * 1024; // bytes; Telegram's own limit is 64 KB packed
const MOST_LAYERS = 600; // after every reference to a composition is followed
const DRAWN = new Set([0, 1, 3, 4]); // composition, solid, null, shape: no picture, text, sound or camera
const still = matchMedia("(prefers-reduced-motion: reduce)");

let lottie;

export class Stickers {
  constructor(box, signal) {
    this.box = box;
    this.known = new Map();
    this.watcher = new IntersectionObserver((seen) => seen.forEach((one) => this.seen(one)), { root: box });
    box.addEventListener("arranged", () => this.watch());
    still.addEventListener("change", () => this.watch(), { signal });
    signal.addEventListener("abort", () => this.end());
    this.watch();
  }

  watch() {
    for (const sticker of this.box.querySelectorAll("[data-sticker]")) {
      this.watcher.unobserve(sticker);
      this.watcher.observe(sticker);
    }
  }

  // lottie holds every animation, and draws it, until it is told that nobody looks any more.
  end() {
    this.watcher.disconnect();
    for (const started of this.known.values()) started.then((animation) => animation?.destroy());
    this.known.clear();
  }

  async seen({ target, isIntersecting }) {
    if (isIntersecting && !this.known.has(target)) this.known.set(target, start(target));
    const animation = await this.known.get(target);
    if (!animation) return;
    if (isIntersecting && !still.matches) animation.play();
    else animation.pause();
  }
}

async function start(sticker) {
  try {
    const animationData = checked(JSON.parse(await unpacked(sticker.dataset.sticker)));
    lottie ??= load(sticker.dataset.player);
    const stage = document.createElement("span");
    const animation = (await lottie).loadAnimation({ container: stage, renderer: "svg", loop: true, autoplay: false, animationData });
    animation.goToAndStop(0, true);
    sticker.replaceChildren(stage);
    sticker.dataset.state = "drawn";
    return animation;
  } catch {
    sticker.dataset.state = "refused";
    return null;
  }
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.lottie);
    script.onerror = reject;
    document.head.append(script);
  });
}

// A few kilobytes can unpack to gigabytes: the stream is cancelled at the limit.
async function unpacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const reader = answer.body.pipeThrough(new DecompressionStream("gzip")).getReader();
  const pieces = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces).text();
    size += value.length;
    if (size > MOST_UNPACKED) {
      reader.cancel().catch(() => {});
      throw new Error("too large");
    }
    pieces.push(value);
  }
}

// The animation with nothing in it but drawings, in a number that a page can bear. Throws otherwise.
export function checked(data) {
  const compositions = new Map((data.assets ?? []).map((asset) => [asset.id, asset.layers]));
  const counts = new Map();
  const count = (layers) => {
    let sum = 0;
    for (const layer of layers) {
      if (!DRAWN.has(layer.ty)) throw new Error("not a drawing");
      sum += 1 + (layer.refId === undefined ? 0 : countOf(layer.refId));
      if (sum > MOST_LAYERS) throw new Error("too many layers");
    }
    return sum;
  };
  const countOf = (id) => {
    if (counts.get(id) === "open") throw new Error("a composition within itself");
    if (!counts.has(id)) {
      counts.set(id, "open");
      counts.set(id, count(compositions.get(id)));
    }
    return counts.get(id);
  };
  count(data.layers);
  if (hasRepeater(data)) throw new Error("a repeater");
  const { v, fr, ip, op, w, h, layers } = data;
  const assets = [...compositions].map(([id, own]) => ({ id, layers: own }));
  return { v, fr, ip, op, w, h, layers, assets };
}

// Telegram allows none; one with a large number of copies would hold up the page.
function hasRepeater(value) {
  if (Array.isArray(value)) return value.some(hasRepeater);
  if (value === null || typeof value !== "object") return false;
  return value.ty === "rp" || Object.values(value).some(hasRepeater);
}
