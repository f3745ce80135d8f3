"""What a Telegram message says, as the desk's own Content; whatever kind it is, something is shown.

Read from Telegram's own JSON, which keeps entities exactly as they were sent; a part that is needed and
missing raises KeyError.
https://core.telegram.org/bots/api#message
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from telegram_bridge.placeholders import placeholder
from tickets.content import Content, NewFile, storable
from tickets.models import Attachment, Message

Kind = Message.Kind
Json = dict[str, Any]

# The message's field for each kind of file. An animation also comes as a document, so it is asked first.
FILE_FIELDS = {
    "animation": Kind.ANIMATION,
    "video": Kind.VIDEO,
    "voice": Kind.VOICE,
    "audio": Kind.AUDIO,
    "video_note": Kind.VIDEO_NOTE,
    "sticker": Kind.STICKER,
    "document": Kind.DOCUMENT,
}
# For those that Telegram sends without a MIME type.
MIME_TYPES = {Kind.PHOTO: "image/jpeg", Kind.VIDEO_NOTE: "video/mp4"}
LONGEST_TITLE = 200


@dataclass(frozen=True)
class FileAt:
    """Where a file lies at Telegram."""

    file_id: str
    file_unique_id: str


@dataclass(frozen=True)
class Received:
    """The content of a message, and where each of its files lies, in the same order."""

    content: Content
    files_at: list[FileAt] = field(default_factory=list)


def received(message: Json) -> Received:
    """What `message`, a Message object as Telegram sent it, says."""
    text = storable(message.get("text") or message.get("caption") or "")
    entities = cleaned(message.get("entities") or message.get("caption_entities") or [])
    kind, details, files = _body(message)
    if origin := _forwarded_from(message):
        details["forwarded_from"] = origin
    content = Content(
        kind=kind,
        text=text,
        entities=entities,
        details=cleaned(details),
        files=[_new_file(file_kind, file) for file_kind, file in files],
    )
    return Received(content, [FileAt(file["file_id"], file["file_unique_id"]) for _kind, file in files])


def _body(message: Json) -> tuple[str, Json, list[tuple[str, Json]]]:
    """The kind, the details and the files of a message."""
    if live := message.get("live_photo"):
        # A photo and the short video around it.
        photo = message.get("photo") or live.get("photo") or []
        stills = [(Kind.PHOTO, _largest(photo))] if photo else []
        return Kind.PHOTO, {}, [*stills, (Kind.VIDEO, live)]
    if photo := message.get("photo"):
        return Kind.PHOTO, {}, [(Kind.PHOTO, _largest(photo))]
    for name, kind in FILE_FIELDS.items():
        if file := message.get(name):
            return kind, _file_details(kind, file), [(kind, file)]
    return _without_file(message)


def _without_file(message: Json) -> tuple[str, Json, list[tuple[str, Json]]]:
    if location := message.get("location"):
        return Kind.LOCATION, _place(location, message.get("venue")), []
    if contact := message.get("contact"):
        return Kind.CONTACT, _contact(contact), []
    if message.get("text"):
        return Kind.TEXT, {}, []
    return Kind.OTHER, placeholder(message), []


def _largest(sizes: list[Json]) -> Json:
    return max(sizes, key=lambda size: size["width"] * size["height"])


def _file_details(kind: str, file: Json) -> Json:
    if kind == Kind.STICKER:
        emoji = file.get("emoji") or ""
        return {"emoji": emoji, "title": emoji} if emoji else {}
    if kind == Kind.AUDIO and (title := _track(file)):
        return {"title": title}
    return {}


def _track(audio: Json) -> str:
    return " – ".join(part for part in (audio.get("performer"), audio.get("title")) if part)[:LONGEST_TITLE]


def _new_file(kind: str, file: Json) -> NewFile:
    size = file.get("file_size")
    too_big = size is not None and size > settings.TELEGRAM_DOWNLOAD_LIMIT
    length = file.get("length")  # a video message is round: one length for both sides
    return NewFile(
        kind=kind,
        name=file.get("file_name") or "",
        mime_type=file.get("mime_type") or _mime_type(kind, file),
        size=size,
        width=file.get("width", length),
        height=file.get("height", length),
        duration=file.get("duration"),
        state=Attachment.State.TOO_BIG if too_big else Attachment.State.WAITING,
    )


def _mime_type(kind: str, file: Json) -> str:
    if kind == Kind.STICKER:
        if file.get("is_video"):
            return "video/webm"
        return "application/x-tgsticker" if file.get("is_animated") else "image/webp"
    return MIME_TYPES.get(Kind(kind), "")


def _place(location: Json, venue: Json | None) -> Json:
    """Coordinates, how they move when it is a live location, and the name of the place when it has one."""
    details: Json = {
        name: location[name]
        for name in ("latitude", "longitude", "horizontal_accuracy", "live_period", "heading")
        if name in location
    }
    if venue:
        details |= {"title": venue["title"][:LONGEST_TITLE], "address": venue["address"]}
    return details


def _contact(contact: Json) -> Json:
    name = " ".join(part for part in (contact["first_name"], contact.get("last_name")) if part)
    details = {key: contact[key] for key in ("phone_number", "first_name", "last_name") if contact.get(key)}
    if "user_id" in contact:
        details["user_id"] = contact["user_id"]
    return {**details, "title": f"{name}, {contact['phone_number']}"[:LONGEST_TITLE]}


def _forwarded_from(message: Json) -> str:
    """Who wrote a forwarded message first. https://core.telegram.org/bots/api#messageorigin"""
    origin = message.get("forward_origin") or {}
    chat = origin.get("sender_chat") or origin.get("chat") or {}
    if chat:
        return str(chat.get("title") or chat.get("username") or chat.get("id"))
    if user := origin.get("sender_user"):
        return full_name(user)
    return str(origin.get("sender_user_name") or "")


def full_name(user: Json) -> str:
    """First and last name of a Telegram user, never empty."""
    names = (storable(part).strip() for part in (user.get("first_name"), user.get("last_name")) if part)
    return " ".join(part for part in names if part)[:255] or storable(user.get("username") or str(user["id"]))


def cleaned(value: Any) -> Any:
    """`value` with every text in it fit for PostgreSQL: jsonb refuses NUL and lone surrogates."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): cleaned(item) for key, item in value.items()}
    return value


def joined(captions: list[tuple[str, list[Json]]]) -> tuple[str, list[Json]]:
    """Several captions as one text, with their entities moved along (offsets count UTF-16 units)."""
    text, entities = "", []
    for caption, own in captions:
        if not caption:
            continue
        text += "\n\n" if text else ""
        start = utf16_length(text)
        text += caption
        entities += [{**entity, "offset": entity["offset"] + start} for entity in own]
    return text, entities


def utf16_length(text: str) -> int:
    """How Telegram counts: characters outside the basic plane are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
