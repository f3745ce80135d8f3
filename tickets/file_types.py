"""What kind of file something is: how it is sent, as what it is served, and how the page shows it."""

import mimetypes
from typing import BinaryIO

from tickets.file_responses import is_safe_inline
from tickets.models import Attachment, Message
from tickets.picture_size import picture_size

Kind = Message.Kind

# Telegram takes these as pictures: https://core.telegram.org/bots/api#sendphoto (WebP would become a sticker)
PHOTO_TYPES = frozenset({"image/jpeg", "image/png"})
LARGEST_PHOTO = 10 * 1024 * 1024  # bytes
LONGEST_PHOTO_SIDES = 10_000  # width and height together, in pixels
LONGEST_PHOTO_RATIO = 20
AUDIO_TYPES = frozenset({"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a"})

# Telegram gives no type for some kinds, since there is only one.
TYPE_OF_KIND = {
    Kind.PHOTO: "image/jpeg",
    Kind.VOICE: "audio/ogg",
    Kind.VIDEO_NOTE: "video/mp4",
    Kind.VIDEO: "video/mp4",
    Kind.ANIMATION: "video/mp4",
    Kind.AUDIO: "audio/mpeg",
    Kind.STICKER: "image/webp",
}

# The filter of a list of files.
GROUPS = ("pictures", "media", "documents")


def type_of_upload(name: str, claimed: str) -> str:
    """The MIME type of a file that staff send: what the browser says, or what its name says."""
    bare = claimed.partition(";")[0].strip().lower()
    if bare and bare != "application/octet-stream":
        return bare
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def kind_of_upload(file: BinaryIO, *, mime_type: str, size: int) -> tuple[str, tuple[int, int] | None]:
    """As what Telegram shall show a file that staff send, and a picture's (width, height)."""
    dimensions = picture_size(file) if mime_type.startswith("image/") else None
    if mime_type in PHOTO_TYPES and dimensions and min(dimensions) > 0 and size <= LARGEST_PHOTO:
        wide, narrow = max(dimensions), min(dimensions)
        if wide + narrow <= LONGEST_PHOTO_SIDES and wide <= narrow * LONGEST_PHOTO_RATIO:
            return Kind.PHOTO, dimensions
    if mime_type == "image/gif" and dimensions:
        return Kind.ANIMATION, dimensions
    if mime_type == "video/mp4":
        return Kind.VIDEO, None
    if mime_type in AUDIO_TYPES:
        return Kind.AUDIO, None
    return Kind.DOCUMENT, dimensions


def served_type(attachment: Attachment) -> str:
    """The MIME type to serve it with, which need not be one that is shown."""
    if attachment.mime_type:
        return attachment.mime_type
    if known := TYPE_OF_KIND.get(Kind(attachment.kind)):
        return known
    return mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"


def name_on_disk(attachment: Attachment) -> str:
    """As what a browser saves it: a photo or a voice message has no name, and none to end with its type."""
    if attachment.name:
        return attachment.name
    ending = mimetypes.guess_extension(served_type(attachment)) or ""
    return attachment.display_name + (ending if ending != ".bin" else "")  # .bin: bytes of any kind


FORMS: dict[tuple[str, str], str] = {
    (Kind.PHOTO, "image"): "picture",
    (Kind.ANIMATION, "image"): "picture",
    (Kind.STICKER, "image"): "sticker",
    (Kind.STICKER, "video"): "animation",
    (Kind.ANIMATION, "video"): "animation",
    (Kind.VIDEO, "video"): "video",
    (Kind.VIDEO_NOTE, "video"): "video_note",
    (Kind.VOICE, "audio"): "audio",
    (Kind.AUDIO, "audio"): "audio",
}
# A description of a picture that moves, which a script draws (static/js/stickers.js).
ANIMATED_STICKER = "application/x-tgsticker"
SEEN = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION})


def shown_as(attachment: Attachment) -> str:
    """How the page shows it: picture, sticker, animated_sticker, sticker_words (its emoji), animation, video,
    video_note, audio, waiting (a free place).

    What isn't here, or what the browser may not show (tickets/file_responses.py), is a card: a name to open.
    """
    mime_type = served_type(attachment)
    if attachment.kind == Kind.STICKER and attachment.state != Attachment.State.READY:
        return "sticker_words"
    if attachment.kind == Kind.STICKER and mime_type == ANIMATED_STICKER:
        return "animated_sticker"
    return _form(attachment, mime_type) if is_safe_inline(mime_type) else "card"


def _form(attachment: Attachment, mime_type: str) -> str:
    """The same, for a file that the browser may show."""
    if attachment.state == Attachment.State.WAITING and attachment.kind in SEEN:
        return "waiting"
    if attachment.state != Attachment.State.READY:
        return "card"
    family = mime_type.partition("/")[0]
    if attachment.kind == Kind.DOCUMENT and family == "image" and attachment.width and attachment.height:
        return "picture"
    return FORMS.get((attachment.kind, family), "card")
