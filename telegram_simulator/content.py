"""The content of messages as the Bot API describes it: a text, a photo in its sizes, a document, an album.

Both sides use it: what a bot sends and what a client sends look the same. https://core.telegram.org/bots/api#message
"""

from collections.abc import Mapping
from typing import Any

from telegram_simulator.entities import formatted, utf16_length
from telegram_simulator.errors import bad_request
from telegram_simulator.files import Blob, Files, StoredFile
from telegram_simulator.probing import Shape

MOST_TEXT = 4096
MOST_CAPTION = 1024
MOST_PHOTO = 10 * 1024 * 1024
PHOTO_SIDES = (90, 320, 800)  # the longer sides of the smaller sizes; the last size is the picture itself
KINDS = ("photo", "video", "animation", "document", "audio", "voice", "video_note", "sticker")
WITHOUT_CAPTION = {"video_note", "sticker"}
COVERED = {"photo", "video", "animation"}  # what may be hidden until it is touched
# What may stand together in one album. https://core.telegram.org/bots/api#sendmediagroup
ALBUMS = ({"photo", "video"}, {"document"}, {"audio"})


def text_content(text: str, entities: Any) -> dict[str, Any]:
    """`text` and `entities`, or ApiError with the real server's words."""
    text, found = formatted(text, entities)
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > MOST_TEXT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": found} if found else {})


def caption_content(caption: str, entities: Any) -> dict[str, Any]:
    caption, found = formatted(caption, entities)
    if not caption:
        return {}
    if utf16_length(caption) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    return {"caption": caption} | ({"caption_entities": found} if found else {})


def media_content(
    files: Files, bot_id: int, kind: str, source: Blob | StoredFile, said: Mapping[str, Any]
) -> dict[str, Any]:
    """The field or fields of a message with that file. `said`: width, height, duration … by the sender.

    A file that this bot knows already (StoredFile) is used again. Raises ApiError.
    """
    blob = source.blob if isinstance(source, StoredFile) else source
    if not blob.size:
        raise bad_request("file must be non-empty")
    shape = files.shape(blob)
    if kind == "photo":
        return {"photo": _photo(files, bot_id, source, shape)}
    file = source if isinstance(source, StoredFile) else files.register(bot_id, kind, blob)
    base = {"file_id": file.file_id, "file_unique_id": file.file_unique_id, "file_size": file.size}
    named = {"file_name": blob.name} if blob.name else {}
    wide = {"width": _number(said, "width", shape.width), "height": _number(said, "height", shape.height)}
    lasting = {"duration": _number(said, "duration", shape.duration)}
    typed = {"mime_type": blob.mime_type}
    known = {name: str(said[name]) for name in ("performer", "title") if said.get(name)}
    shapes: dict[str, dict[str, Any]] = {
        "video": wide | lasting | named | typed,
        "animation": wide | lasting | named | typed,
        "voice": lasting | typed,
        "audio": lasting | known | named | typed,
        "video_note": {"length": _number(said, "length", shape.width or 240)} | lasting,
        "sticker": _sticker(blob, shape, said),
        "document": named | typed,
    }
    content = {kind: base | shapes[kind]}
    # The real server repeats an animation as a document, for old programs.
    return content | ({"document": base | named | typed} if kind == "animation" else {})


def _photo(files: Files, bot_id: int, source: Blob | StoredFile, shape: Shape) -> list[dict[str, Any]]:
    """The sizes, smallest first. All are the same content here: only the last size is true to the byte."""
    blob = source.blob if isinstance(source, StoredFile) else source
    width, height = shape.width, shape.height
    if blob.size > MOST_PHOTO:
        raise bad_request(
            f"file of size {blob.size} bytes is too big for a photo; the maximum size is {MOST_PHOTO} bytes"
        )
    if not width or not height:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    sizes = []
    for side in PHOTO_SIDES:
        scale = side / max(width, height)
        if scale < 1:
            file = files.register(bot_id, "photo", blob, size=str(side))
            small = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
            sizes.append({"file_id": file.file_id, "file_unique_id": file.file_unique_id} | small)
    file = source if isinstance(source, StoredFile) else files.register(bot_id, "photo", blob)
    whole = {"file_id": file.file_id, "file_unique_id": file.file_unique_id, "file_size": file.size}
    return [*sizes, whole | {"width": width, "height": height}]


def _sticker(blob: Blob, shape: Shape, said: Mapping[str, Any]) -> dict[str, Any]:
    sticker = {
        "type": "regular",
        "width": shape.width or 512,
        "height": shape.height or 512,
        "is_animated": blob.mime_type == "application/x-tgsticker",
        "is_video": blob.mime_type == "video/webm",
    }
    return sticker | {name: str(said[name]) for name in ("emoji", "set_name") if said.get(name)}


def check_voice(files: Files, source: Blob | StoredFile) -> None:
    """Raises ApiError for what isn't Opus in Ogg: the real server would make music or a file of it."""
    blob = source.blob if isinstance(source, StoredFile) else source
    if not blob.size:
        raise bad_request("file must be non-empty")
    with files.on_disk(blob.sha256).open("rb") as file:
        start = file.read(64)
    if not start.startswith(b"OggS") or b"OpusHead" not in start:
        raise bad_request("wrong file type: a voice message is Opus in Ogg")


def check_album(kinds: list[str]) -> None:
    """Raises ApiError when these kinds, in this number, are no album."""
    if not 2 <= len(kinds) <= 10:
        raise bad_request(
            "album must contain from 2 to 10 items" if kinds else "there are no messages to send"
        )
    if not any(set(kinds) <= together for together in ALBUMS):
        odd = next((kind for kind in kinds if kind in {"document", "audio"}), kinds[0])
        raise bad_request(f"{odd} can't be mixed with other media types")


def _number(said: Mapping[str, Any], name: str, otherwise: int) -> int:
    try:
        return int(float(said.get(name) or otherwise))
    except (TypeError, ValueError, OverflowError):
        return otherwise
