"""The parameters of a call: from the query, a form, JSON or multipart, as the Bot API takes them all.

Files in multipart go to disk piece by piece, in whatever order the parts come.
https://core.telegram.org/bots/api#making-requests
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from telegram_simulator.errors import ApiError, bad_request
from telegram_simulator.files import Blob, Files

MOST_FORM = 1024 * 1024  # one field that is no file
CHUNK = 64 * 1024


@dataclass
class Parameters:
    """`values` as they came: text, or what JSON made of it. `files` by the part's name."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Blob] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The whole number, or `default` for anything else, as the real server does."""
        value = self.values.get(name)
        try:
            return int(value) if value is not None else default
        except (TypeError, ValueError, OverflowError):
            return default

    def boolean(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "yes", "1"}

    def json(self, name: str) -> Any:
        """The object or list; None when absent. Raises ApiError."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def records(self, name: str) -> list[dict[str, Any]]:
        """A JSON list of objects; empty when absent. Raises ApiError."""
        value = self.json(name) or []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        return value

    def for_log(self) -> dict[str, Any]:
        shown = {
            name: {
                "file_name": blob.name,
                "mime_type": blob.mime_type,
                "size": blob.size,
                "sha256": blob.sha256,
            }
            for name, blob in self.files.items()
        }
        return self.values | shown


async def parameters_of(request: web.Request, files: Files, most: int) -> Parameters:
    """Reads it all; a file has `most` bytes. Raises ApiError in the end, after everything was read."""
    found = Parameters(dict(request.query))
    kind = request.content_type
    if kind == "application/json" and request.can_read_body:
        found.values |= _object(await request.read())
    elif kind == "application/x-www-form-urlencoded":
        found.values |= dict(await request.post())
    elif kind.startswith("multipart/"):
        await _read_parts(request, files, found, most)
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad_request("can't parse the request's body: expected a JSON object")
    return values


async def _read_parts(request: web.Request, files: Files, found: Parameters, most: int) -> None:
    error: ApiError | None = None
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, BodyPartReader) or not part.name:
                raise bad_request("wrong multipart body")
            if part.filename is None:
                found.values[part.name] = await _text(part)
                continue
            try:
                found.files[part.name] = await files.receive(
                    _chunks(part), name=part.filename, mime_type=_type(part), most=most
                )
            except ApiError as too_large:
                error = too_large
    except ValueError:
        raise bad_request("wrong multipart body") from None
    if error:
        raise error


def _type(part: BodyPartReader) -> str:
    """What the sender said; a type that says nothing is left to the name."""
    kind = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return "" if kind == "application/octet-stream" else kind


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk


async def _text(part: BodyPartReader) -> str:
    body = bytearray()
    async for chunk in _chunks(part):
        body += chunk
        if len(body) > MOST_FORM:
            raise ApiError(413, "Request Entity Too Large")
    return body.decode(errors="replace")
