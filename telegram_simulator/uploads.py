"""Reads what the page or a test uploads for a client: files to disk, fields to values."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from telegram_simulator.errors import Refused
from telegram_simulator.files import Blob, Files

# A person may send a bot more than the bot can fetch: https://core.telegram.org/bots/api#getfile
MOST_BY_CLIENT = 2000 * 1024 * 1024
CHUNK = 256 * 1024
JSON_FIELDS = {
    "entities", "forward_origin", "external_reply", "reply_to_story", "fields", "game", "paid_media",
}  # fmt: skip


@dataclass
class Upload:
    """`kinds` and `said` are in the order of `files`."""

    files: list[Blob] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        return str(self.fields.get("caption") or "")


async def read_upload(request: web.Request, files: Files) -> Upload:
    """The whole multipart body. Raises Refused and ApiError."""
    upload = Upload()
    if not request.content_type.startswith("multipart/"):
        raise Refused("A multipart body with a file is needed.")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refused("A multipart body inside another one can't be read.")
        if part.filename is not None:
            kind = part.headers.get("Content-Type", "").partition(";")[0].strip()
            kind = "" if kind == "application/octet-stream" else kind
            upload.files.append(
                await files.receive(_chunks(part), name=part.filename, mime_type=kind, most=MOST_BY_CLIENT)
            )
            continue
        text = await part.text(encoding="utf-8")
        if part.name == "kind":
            upload.kinds.append(text)
        elif part.name == "said":
            upload.said.append(json.loads(text))
        elif part.name:
            upload.fields[part.name] = json.loads(text) if part.name in JSON_FIELDS else text
    return upload


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk
