// A live location ends by itself: nobody tells, so the page looks at the clock.

const EVERY = 15_000; // milliseconds

export function followPlaces(box, signal) {
  const look = () => {
    for (const live of box.querySelectorAll("[data-live-until]")) {
      live.toggleAttribute("data-ended", Date.parse(live.dataset.liveUntil) <= Date.now());
    }
  };
  box.addEventListener("arranged", look);
  const timer = setInterval(look, EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
  look();
}
