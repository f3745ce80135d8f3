"""The files of a message: what is known of each before it is fetched, and where it lies at Telegram."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_noop

from telegram_bridge.content.reading import BIGGEST_ID, Json, part, parts, whole, words
from tickets.content import NewFile
from tickets.models import Attachment, Message

Kind, State = Message.Kind, Attachment.State
Found = tuple[str, Json]  # the kind of a file, and Telegram's object about it

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
LONGEST_ID = 255
LONGEST_TRACK = 200

# Shown to staff; translated where it is shown.
NOWHERE = gettext_noop("Telegram did not say where this file is.")


@dataclass(frozen=True)
class FileAt:
    """Where a file lies at Telegram; an empty `file_id` when that was not said."""

    file_id: str
    file_unique_id: str


def files_of(holder: Json) -> list[Found]:
    """The files of an object that has them by the names of their kinds: a message, a piece of paid media."""
    if live := part(holder, "live_photo"):
        # A photo and the short video around it.
        stills = parts(holder, "photo") or parts(live, "photo")
        return [*([(Kind.PHOTO, largest(stills))] if stills else []), (Kind.VIDEO, live)]
    if sizes := parts(holder, "photo"):
        return [(Kind.PHOTO, largest(sizes))]
    for name, kind in FILE_FIELDS.items():
        if file := part(holder, name):
            return [(kind, file)]
    return []


def largest(sizes: list[Json]) -> Json:
    """Of the sizes of a photo the one with the most pixels."""
    return max(sizes, key=lambda size: (whole(size, "width") or 0) * (whole(size, "height") or 0))


def new_file(kind: str, file: Json, *, name: str = "") -> NewFile:
    """The file before it is fetched; `name` for one that Telegram gives none."""
    size = whole(file, "file_size", most=BIGGEST_ID)
    length = whole(file, "length")  # a video message is round: one length for both sides
    state, error = State.WAITING, ""
    if not file_at(file).file_id:
        state, error = State.FAILED, NOWHERE
    elif size is not None and size > settings.TELEGRAM_DOWNLOAD_LIMIT:
        state = State.TOO_BIG
    return NewFile(
        kind=kind,
        name=words(file, "file_name") or name,
        mime_type=words(file, "mime_type") or _mime_type(kind, file),
        size=size,
        width=whole(file, "width") if "width" in file else length,
        height=whole(file, "height") if "height" in file else length,
        duration=whole(file, "duration"),
        state=state,
        error=error,
    )


def file_at(file: Json) -> FileAt:
    """Where `file` can be fetched."""
    file_id = words(file, "file_id")
    usable = file_id if len(file_id) <= LONGEST_ID else ""
    return FileAt(usable, words(file, "file_unique_id", most=64))


def _mime_type(kind: str, file: Json) -> str:
    if kind == Kind.STICKER:
        return {
            "video": "video/webm",
            "animated": "application/x-tgsticker",
            "static": "image/webp",
        }[sticker_format(file)]
    return MIME_TYPES.get(Kind(kind), "")


def sticker_format(sticker: Json) -> str:
    """`static` (WebP), `animated` (.tgs) or `video` (WebM). https://core.telegram.org/bots/api#sticker"""
    if sticker.get("is_video") is True:
        return "video"
    return "animated" if sticker.get("is_animated") is True else "static"


def track(audio: Json) -> str:
    """Who plays what."""
    both = (words(audio, "performer"), words(audio, "title"))
    return " – ".join(part for part in both if part)[:LONGEST_TRACK]
