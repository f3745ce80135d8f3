// How much waits to be read, where one sees it from elsewhere: in the title, on the icon of the tab, and on the
// icon of the installed program.

const SIZE = 64; // pixels

const icon = document.querySelector('link[rel="icon"]');
const plain = icon?.href;
let title = document.title;
let unread = 0;
let picture;

// What the page is about, without the number and the product's name.
export function setTitle(words) {
  const { product } = document.body.dataset;
  title = product ? `${words} · ${product}` : words;
  show();
}

export function setUnread(number) {
  if (number === unread) return;
  unread = number;
  show();
  draw();
  const told = number ? navigator.setAppBadge?.(number) : navigator.clearAppBadge?.();
  told?.catch(() => {}); // not installed, or not allowed
}

function show() {
  const words = unread ? `(${unread}) ${title}` : title;
  if (document.title !== words) document.title = words;
}

async function draw() {
  if (!icon) return;
  const number = unread;
  if (!number) {
    icon.href = plain;
    return;
  }
  picture ??= loaded(plain);
  let drawn;
  try {
    drawn = await picture;
  } catch {
    return; // the plain icon stays
  }
  if (number !== unread) return;
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  pen.drawImage(drawn, 0, 0, SIZE, SIZE);
  const words = number > 99 ? "99+" : String(number);
  const width = Math.max(36, 16 + words.length * 15);
  pen.fillStyle = "#e03131";
  pen.beginPath();
  pen.roundRect(SIZE - width, 0, width, 36, 18);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.font = "bold 28px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, SIZE - width / 2, 19);
  icon.href = canvas.toDataURL("image/png");
}

function loaded(address) {
  const image = new Image(SIZE, SIZE);
  image.src = address;
  return image.decode().then(() => image);
}
