"""What Telegram is sent for one message: its parts, in order, each one request.

The same message always gives the same plan, so a part keeps its number and is never sent twice.
Limits: https://core.telegram.org/bots/api#sendmessage, #sendmediagroup, #sending-files
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from telegram_bridge.splitting import split
from tickets.models import Message
from tickets.utf16 import units

Kind = Message.Kind

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LARGEST_ALBUM = 10
LARGEST_PHOTO = 10 * 1024 * 1024
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
# Kinds that share an album; a kind that is not named travels alone.
ALBUM_OF = {Kind.PHOTO: "visual", Kind.VIDEO: "visual", Kind.DOCUMENT: "document", Kind.AUDIO: "audio"}
WITHOUT_CAPTION = frozenset({Kind.STICKER, Kind.VIDEO_NOTE})
COVERABLE = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION})


@dataclass(frozen=True)
class Upload:
    """A file to send."""

    path: str
    name: str
    kind: str
    mime_type: str = ""
    size: int = 0  # bytes
    width: int | None = None
    height: int | None = None
    duration: int | None = None


@dataclass(frozen=True)
class Part:
    """One request: a text, a file, or an album; `text` is the caption when there are files."""

    number: int
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    files: tuple[Upload, ...] = ()
    # Of the last part only: rows of {"text", "url"} or {"text", "data"}.
    buttons: list[list[dict[str, str]]] = field(default_factory=list)

    @property
    def items(self) -> int:
        """How many messages it becomes."""
        return max(1, len(self.files))


def plan(
    text: str,
    entities: list[dict[str, Any]],
    files: Sequence[Upload],
    buttons: list[list[dict[str, str]]] | None = None,
) -> list[Part]:
    """The parts of a message: files with the text as their caption when it fits, else the text first.

    Buttons stand below the last part, and an album takes none: then the text comes last, or the last file
    travels alone.
    """
    groups = _groups(files)
    if not buttons:
        return _in_order(text, entities, groups)
    if text.strip() and groups and not (_takes_caption(text, groups) and len(groups) == len(groups[0]) == 1):
        parts = [Part(number, files=group) for number, group in enumerate(groups)]
        for piece in split(text, limit=LONGEST_TEXT, entities=entities):
            parts.append(Part(len(parts), text=piece.text, entities=piece.entities))
    else:
        if groups and len(groups[-1]) > 1:
            groups[-1:] = [groups[-1][:-1], groups[-1][-1:]]
        parts = _in_order(text, entities, groups)
    parts[-1:] = [replace(part, buttons=buttons) for part in parts[-1:]]
    return parts


def _in_order(text: str, entities: list[dict[str, Any]], groups: list[tuple[Upload, ...]]) -> list[Part]:
    captioned = _takes_caption(text, groups)
    parts: list[Part] = []
    if not captioned:
        for piece in split(text, limit=LONGEST_TEXT, entities=entities):
            parts.append(Part(len(parts), text=piece.text, entities=piece.entities))
    for index, group in enumerate(groups):
        if captioned and index == 0:
            parts.append(Part(len(parts), text=text, entities=entities, files=group))
        else:
            parts.append(Part(len(parts), files=group))
    return parts


def _takes_caption(text: str, groups: list[tuple[Upload, ...]]) -> bool:
    return (
        bool(groups)
        and bool(text.strip())
        and units(text) <= LONGEST_CAPTION
        and sent_as(groups[0][0]) not in WITHOUT_CAPTION
    )


def sent_as(file: Upload) -> str:
    """The kind a file is sent as: what Telegram doesn't take as a photo goes as a document."""
    if file.kind == Kind.PHOTO and (file.size > LARGEST_PHOTO or file.mime_type not in PHOTO_TYPES):
        return Kind.DOCUMENT
    return file.kind if file.kind in SENDABLE else Kind.DOCUMENT


SENDABLE = frozenset({*ALBUM_OF, *WITHOUT_CAPTION, Kind.VOICE, Kind.ANIMATION})


def _groups(files: Sequence[Upload]) -> list[tuple[Upload, ...]]:
    """Files that travel together, in the order of the first of each group."""
    groups: list[tuple[str | None, list[Upload]]] = []
    for file in files:
        album = ALBUM_OF.get(Kind(sent_as(file)))
        for name, group in groups:
            if name is not None and name == album and len(group) < LARGEST_ALBUM:
                group.append(file)
                break
        else:
            groups.append((album, [file]))
    return [tuple(group) for _name, group in groups]
