// Times and days in the viewer's zone and language. The server draws items once for everybody, so each
// <time datetime data-moment> is put right here; without scripts the server's own words stay.

const FORMS = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short", year: "numeric" },
  full: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};

export class Clock {
  constructor(language, timeZone) {
    this.language = language === "en" ? "en-GB" : language; // day before month, as the server writes it
    this.timeZone = known(timeZone);
    this.formats = {};
    for (const [form, options] of Object.entries(FORMS)) {
      this.formats[form] = new Intl.DateTimeFormat(this.language, { ...options, timeZone: this.timeZone });
    }
    // Swedish dates are ISO dates: a day that can be compared.
    this.isoDay = new Intl.DateTimeFormat("sv-SE", { timeZone: this.timeZone });
    this.near = new Intl.RelativeTimeFormat(this.language, { numeric: "auto" });
    this.dayNames = new Intl.DateTimeFormat(this.language, { day: "numeric", month: "long", timeZone: "UTC" });
    this.longDayNames = new Intl.DateTimeFormat(this.language, { ...FORMS.date, month: "long", timeZone: "UTC" });
  }

  localise(root) {
    for (const element of root.querySelectorAll("time[data-moment]")) {
      const when = new Date(element.dateTime);
      const words = this.formats[element.dataset.moment].format(when);
      if (element.textContent !== words) element.textContent = words;
      element.title = this.formats.full.format(when);
    }
  }

  dayOf(isoTime) {
    return this.isoDay.format(new Date(isoTime));
  }

  // "Today", "Yesterday", "12 March", "12 March 2024" for a day like 2024-03-12.
  dayWords(day, now = new Date()) {
    const today = this.isoDay.format(now);
    const distance = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
    if (distance === 0 || distance === -1) {
      const words = this.near.format(distance, "day");
      return words.charAt(0).toLocaleUpperCase(this.language) + words.slice(1);
    }
    const names = day.slice(0, 4) === today.slice(0, 4) ? this.dayNames : this.longDayNames;
    return names.format(new Date(day));
  }
}

function known(timeZone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone;
  } catch {
    return undefined; // a zone this browser doesn't know: its own is the best guess
  }
}
