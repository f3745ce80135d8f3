// A live location ends by itself: nobody tells, so the page looks at the clock.

const EVERY = 15_000; // milliseconds

export function followPlaces(box) {
  const look = () => {
    for (const live of box.querySelectorAll("[data-live-until]")) {
      live.toggleAttribute("data-ended", Date.parse(live.dataset.liveUntil) <= Date.now());
    }
  };
  box.addEventListener("arranged", look);
  setInterval(look, EVERY);
  look();
}
