// The page's words by the browser's language; numbers, dates and sizes too.

import { WORDS } from "./dictionary.js";

export const language = navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
export const word = (key) => WORDS[language][key] ?? key;

const plural = new Intl.PluralRules(language);
/** counted(2, "votes"): "2 votes". */
export const counted = (number, key) => `${number} ${WORDS[language][key][plural.select(number)]}`;

/** Puts the words into what index.html marks with data-word, data-title, data-placeholder. */
export function translatePage() {
  document.documentElement.lang = language;
  document.title = word("simulator");
  for (const each of document.querySelectorAll("[data-word]")) each.textContent = word(each.dataset.word);
  for (const each of document.querySelectorAll("[data-placeholder]")) each.placeholder = word(each.dataset.placeholder);
  for (const each of document.querySelectorAll("[data-title]")) {
    each.title = word(each.dataset.title);
    each.setAttribute("aria-label", each.title);
  }
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const shortDate = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });

export const dayOf = (seconds) => new Date(seconds * 1000).toDateString();
export const timeOf = (seconds) => clock.format(seconds * 1000);
export const timeOrDay = (seconds) => (dayOf(seconds) === new Date().toDateString() ? clock : shortDate).format(seconds * 1000);

export function dayWords(seconds) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(seconds) === new Date().toDateString()) return word("today");
  return dayOf(seconds) === yesterday.toDateString() ? word("yesterday") : longDate.format(seconds * 1000);
}

export function sizeWords(bytes) {
  const [divisor, unit] = bytes < 1024 ? [1, "B"] : bytes < 1024 * 1024 ? [1024, "KB"] : [1024 * 1024, "MB"];
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: bytes / divisor < 10 && divisor > 1 ? 1 : 0 });
  return `${number.format(bytes / divisor)} ${word(unit)}`;
}

export const lengthWords = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
