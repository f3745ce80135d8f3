// The page's words in English and Russian, by the browser's language; dates and sizes too.

const WORDS = {
  en: {
    simulator: "Telegram simulator", you_play: "You play the clients", new_client: "New client", bot: "Bot",
    choose: "Choose a client on the left", back: "Back", to_end: "To the newest", start: "Start",
    unblock_long: "Unblock bot", block: "Block", unblock: "Unblock", cancel: "Cancel", close: "Close", add: "Add",
    as_files: "Send as files", attach: "Attach", message: "Message", record: "Record a voice message", send: "Send",
    drop: "Drop files here to send them", first_name: "First name", last_name: "Last name", username: "User name",
    language: "Language of the app", no_language: "not told", reconnecting: "No connection to the simulator. Trying again …",
    is_bot: "bot", today: "Today", yesterday: "Yesterday", edited: "edited", you: "You", earlier: "Earlier messages",
    hello: "What can this bot do?", hello_text: "Press Start and write something: staff see it at once.",
    not_started: "Has not pressed Start yet", blocked: "Has blocked the bot", reply: "Reply", edit: "Edit",
    editing: "Editing", delete: "Delete", copy: "Copy text", remove: "Remove", media: "Photo or video", file: "File",
    demo_voice: "Voice message", demo_photo: "Demo picture", sticker: "Sticker", location: "Location", contact: "Contact",
    photo: "Photo", video: "Video", animation: "GIF", document: "File", audio: "Music", voice: "Voice message",
    video_note: "Video message", forwarded: "Forwarded from", no_microphone: "This browser lets nothing be recorded here. Choose a sound file instead.",
    typing: "typing …", upload_photo: "sending a photo …", upload_video: "sending a video …", record_video: "recording a video …",
    upload_document: "sending a file …", record_voice: "recording a voice message …", upload_voice: "sending a voice message …",
    choose_sticker: "choosing a sticker …", find_location: "looking for a place …", other: "busy …", cant_send: "Could not be sent",
    B: "B", KB: "KB", MB: "MB",
  },
  ru: {
    simulator: "Симулятор Telegram", you_play: "Вы играете за клиентов", new_client: "Новый клиент", bot: "Бот",
    choose: "Выберите клиента слева", back: "Назад", to_end: "К новым сообщениям", start: "Начать",
    unblock_long: "Разблокировать бота", block: "Заблокировать", unblock: "Разблокировать", cancel: "Отмена", close: "Закрыть", add: "Добавить",
    as_files: "Отправить файлами", attach: "Прикрепить", message: "Сообщение", record: "Записать голосовое сообщение", send: "Отправить",
    drop: "Перетащите файлы сюда", first_name: "Имя", last_name: "Фамилия", username: "Имя пользователя",
    language: "Язык приложения", no_language: "не сообщается", reconnecting: "Нет связи с симулятором. Пробуем снова …",
    is_bot: "бот", today: "Сегодня", yesterday: "Вчера", edited: "изменено", you: "Вы", earlier: "Более ранние сообщения",
    hello: "Что умеет этот бот?", hello_text: "Нажмите «Начать» и напишите что-нибудь: сотрудники сразу это увидят.",
    not_started: "Ещё не нажал «Начать»", blocked: "Заблокировал бота", reply: "Ответить", edit: "Изменить",
    editing: "Редактирование", delete: "Удалить", copy: "Копировать текст", remove: "Убрать", media: "Фото или видео", file: "Файл",
    demo_voice: "Голосовое сообщение", demo_photo: "Демо-картинка", sticker: "Стикер", location: "Геопозиция", contact: "Контакт",
    photo: "Фото", video: "Видео", animation: "GIF", document: "Файл", audio: "Музыка", voice: "Голосовое сообщение",
    video_note: "Видеосообщение", forwarded: "Переслано от", no_microphone: "Этот браузер не даёт записывать звук. Выберите звуковой файл.",
    typing: "печатает …", upload_photo: "отправляет фото …", upload_video: "отправляет видео …", record_video: "записывает видео …",
    upload_document: "отправляет файл …", record_voice: "записывает голосовое …", upload_voice: "отправляет голосовое …",
    choose_sticker: "выбирает стикер …", find_location: "ищет место …", other: "занят …", cant_send: "Не удалось отправить",
    B: "Б", KB: "КБ", MB: "МБ",
  },
};

export const language = navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
export const word = (key) => WORDS[language][key] ?? key;

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
