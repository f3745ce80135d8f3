"""Contents of a client's message that hold files: media, games with a picture, paid media."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram_simulator.content import COVERED, media_content
from telegram_simulator.errors import Refused, bad_request
from telegram_simulator.files import Blob, Files
from telegram_simulator.kinds import MAKERS

MOST_PAID = 10


@dataclass
class Attached:
    """A file to send. `said`: what the client's program knows of it (width, height, duration …)."""

    kind: str
    blob: Blob
    said: dict[str, Any] = field(default_factory=dict)


def media_contents(
    files: Files, bot_id: int, attached: Sequence[Attached], *, spoiler: bool
) -> list[dict[str, Any]]:
    """One content per file. Raises ApiError."""
    contents = []
    for each in attached:
        content = media_content(files, bot_id, each.kind, each.blob, each.said)
        if each.kind in COVERED and (spoiler or each.said.get("has_spoiler")):
            content["has_media_spoiler"] = True
        contents.append(content)
    return contents


def content_with_files(
    files: Files, bot_id: int, kind: str, said: dict[str, Any], attached: Sequence[Attached]
) -> dict[str, Any]:
    """A content of a kind in kinds.py, or paid media. Raises Refused for an unknown kind, ApiError."""
    if kind == "paid_media":
        return _paid(files, bot_id, said, attached)
    if kind not in MAKERS:
        raise Refused(f"A message is a text, files, or one of {', '.join([*MAKERS, 'paid_media'])}.")
    content = MAKERS[kind](said)
    if kind == "game":
        for each in attached:
            media = media_content(files, bot_id, each.kind, each.blob, each.said)
            content["game"][each.kind] = media[each.kind]
    return content


def _paid(files: Files, bot_id: int, said: dict[str, Any], attached: Sequence[Attached]) -> dict[str, Any]:
    """Photos and videos that cost stars; `previews` are those that were not paid for."""
    items: list[dict[str, Any]] = []
    for each in attached:
        if each.kind not in {"photo", "video"}:
            raise bad_request("paid media are photos and videos")
        media = media_content(files, bot_id, each.kind, each.blob, each.said)[each.kind]
        items.append({"type": each.kind, each.kind: media})
    for preview in said.get("previews") or []:
        shape = {name: int(preview[name]) for name in ("width", "height", "duration") if preview.get(name)}
        items.append({"type": "preview"} | shape)
    if not 1 <= len(items) <= MOST_PAID:
        raise bad_request(f"paid media must have from 1 to {MOST_PAID} items")
    return {"paid_media": {"star_count": int(said.get("star_count") or 1), "paid_media": items}}
