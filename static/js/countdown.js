// How long a message still waits because Telegram asked to: the server names the moment, the seconds tick here.

export function wireCountdowns(box, signal) {
  const tick = () => {
    for (const line of box.querySelectorAll("[data-countdown]")) {
      const time = line.querySelector("time");
      const seconds = Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1000);
      line.hidden = !(seconds > 0);
      const words = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
      if (time.textContent !== words) time.textContent = words;
    }
  };
  tick();
  const timer = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
  return tick;
}
