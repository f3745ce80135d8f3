"""A long text in pieces that Telegram takes, cut where a reader would cut it.

Lengths count UTF-16 units, as Telegram's limits and entity offsets do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tickets.utf16 import units

# From the best place to cut to the worst: after a paragraph, a line, a sentence, a word.
PLACES = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[.!?…]+[\"»”)\]]*\s", r"\s")]
# A better place is taken only when the piece stays at least this full.
LEAST_FULL = 0.5


@dataclass(frozen=True)
class Piece:
    """A stretch of the text and the entities in it, their offsets counted from its beginning."""

    text: str
    entities: list[dict[str, Any]]


def split(text: str, *, limit: int, entities: list[dict[str, Any]] | None = None) -> list[Piece]:
    """`text` in pieces of at most `limit` units. Joined they are the text; a blank piece is left out, since
    Telegram refuses it."""
    pieces, offset = [], 0
    for part in _parts(text, limit):
        length = units(part)
        if part.strip():
            pieces.append(Piece(part, within(entities or [], offset, length)))
        offset += length
    return pieces


def _parts(text: str, limit: int) -> Iterator[str]:
    while text:
        end = _fitting(text, limit)
        if end < len(text):
            end = _good_place(text, end)
        yield text[:end]
        text = text[end:]


def _fitting(text: str, limit: int) -> int:
    """How many characters of `text` have at most `limit` units."""
    if units(text[:limit]) <= limit:
        return min(limit, len(text))
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _good_place(text: str, end: int) -> int:
    """Where to cut at `end` or before it."""
    for place in PLACES:
        # The white space that ends a piece may stand just behind the limit; Telegram drops it anyway, but
        # then the next piece would begin with it: only what fits is looked at.
        ends = [found.end() for found in place.finditer(text, 0, end)]
        if ends and ends[-1] >= end * LEAST_FULL:
            return ends[-1]
    return end


def within(entities: list[dict[str, Any]], offset: int, length: int) -> list[dict[str, Any]]:
    """The `entities` of a stretch of the text, cut to it, their offsets counted from its beginning."""
    inside = []
    for entity in entities:
        start = max(entity["offset"], offset)
        end = min(entity["offset"] + entity["length"], offset + length)
        if start < end:
            inside.append({**entity, "offset": start - offset, "length": end - start})
    return inside
