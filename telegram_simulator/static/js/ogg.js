// Takes the Opus packets out of a recorded WebM and puts them into Ogg pages, unchanged.
// WebM: RFC 8794 and RFC 9559 (Matroska). Ogg: RFC 3533. Opus in Ogg: RFC 7845.

const SEGMENT = 0x18538067, CLUSTER = 0x1f43b675, TRACKS = 0x1654ae6b, TRACK = 0xae, PRIVATE = 0x63a2, BLOCK = 0xa3, GROUP = 0xa0, GROUP_BLOCK = 0xa1;
const INSIDE = new Set([SEGMENT, CLUSTER, TRACKS, TRACK, GROUP]);
const SERIAL = 0x54474f47;

/** A number whose first byte tells its length; `marked` keeps the marker bit, as ids do. */
function readNumber(bytes, at, marked) {
  const length = Math.clz32(bytes[at]) - 23;
  let value = marked ? bytes[at] : bytes[at] & (0xff >> length);
  let unknown = (bytes[at] | (0xff << (8 - length)) & 0xff) === 0xff;
  for (let index = 1; index < length; index += 1) {
    value = value * 256 + bytes[at + index];
    unknown = unknown && bytes[at + index] === 0xff;
  }
  return { value, next: at + length, unknown };
}

function readPackets(bytes) {
  const found = { head: null, packets: [] };
  const walk = (begin, end) => {
    let at = begin;
    while (at < end) {
      const id = readNumber(bytes, at, true);
      const size = readNumber(bytes, id.next, false);
      const stop = size.unknown ? end : Math.min(end, size.next + size.value);
      if (INSIDE.has(id.value)) walk(size.next, stop);
      else if (id.value === PRIVATE) found.head = bytes.subarray(size.next, stop);
      else if (id.value === BLOCK || id.value === GROUP_BLOCK) {
        const track = readNumber(bytes, size.next, false);
        found.packets.push(bytes.subarray(track.next + 3, stop)); // after the time and the flags
      }
      at = stop;
    }
  };
  walk(0, bytes.length);
  return found;
}

/** How many samples at 48 kHz a packet lasts: RFC 6716, section 3.1. */
function samplesOf(packet) {
  const config = packet[0] >> 3;
  const frame = config < 12 ? [480, 960, 1920, 2880][config & 3] : config < 16 ? [480, 960][config & 1] : [120, 240, 480, 960][config & 3];
  const count = packet[0] & 3;
  return frame * (count === 0 ? 1 : count < 3 ? 2 : packet[1] & 63);
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function page(packet, { flags, position, number }) {
  const lacing = [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
  const bytes = new Uint8Array(27 + lacing.length + packet.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigInt64(6, BigInt(position), true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, number, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(packet, 27 + lacing.length);
  let sum = 0;
  for (const byte of bytes) sum = ((sum << 8) ^ CRC[((sum >>> 24) & 0xff) ^ byte]) >>> 0;
  view.setUint32(22, sum, true);
  return bytes;
}

/** A Blob with the same sound in Ogg. */
export function oggFromWebm(bytes) {
  const { head, packets } = readPackets(bytes);
  const name = new TextEncoder().encode("OpusTags\u0009\0\0\0simulator\0\0\0\0");
  const pages = [page(head, { flags: 2, position: 0, number: 0 }), page(name, { flags: 0, position: 0, number: 1 })];
  let position = 0;
  packets.forEach((packet, index) => {
    position += samplesOf(packet);
    pages.push(page(packet, { flags: index === packets.length - 1 ? 4 : 0, position, number: index + 2 }));
  });
  return new Blob(pages, { type: "audio/ogg" });
}
