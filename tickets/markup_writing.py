"""A text with Telegram's entities as the markup that tickets/markup.py reads: for editing what was sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tickets.entity_nesting import Span, nested, spans_of, web_addresses
from tickets.markup import FENCE, KINDS, QUOTE_LINE, TOKEN, parse

MARKS = {kind: mark for mark, kind in KINDS.items()}
CODE = frozenset({"code", "pre"})
# How far a token looks ahead, which is a link's label and a little.
FAR = 1020


def write(text: str, entities: Iterable[Any] = ()) -> str:
    """Markup that stands for `text` with those of `entities` that have marks."""
    spans = nested(text, spans_of(text, entities))
    # What can't be said in marks (code right beside code, say) is left out rather than the text changed.
    for kept in (spans, [span for span in spans if span.kind in MARKS], []):
        markup = _joined(list(_pieces(text, kept)))
        if parse(markup)[0] == text:
            return markup
    return text


@dataclass(frozen=True)
class Piece:
    """A part of the markup: as it is, or plain text in which no mark may be seen."""

    text: str
    plain: bool = False
    begins_line: bool = False


def _pieces(text: str, spans: list[Span]) -> Iterator[Piece]:
    """In the order of the text."""
    addresses = {index for start, end in web_addresses(text) for index in range(start, end)}
    quotes = [span for span in spans if span.kind == "blockquote"]
    blocks = {span.start: span for span in spans if span.kind in CODE}
    marked = [span for span in spans if span.kind in MARKS or span.kind == "text_link"]
    opening: dict[int, list[Span]] = {}
    closing: dict[int, list[Span]] = {}
    for span in marked:  # outer ones first
        opening.setdefault(span.start, []).append(span)
        closing.setdefault(span.end, []).insert(0, span)
    position = 0
    while True:
        for span in closing.get(position, []):
            yield Piece(MARKS.get(span.kind) or f"]({span.more})")
        begins_line = position == 0 or text[position - 1] == "\n"
        if begins_line and any(quote.start <= position < quote.end for quote in quotes):
            yield Piece("> ")
            begins_line = False
        for span in opening.get(position, []):
            yield Piece(MARKS.get(span.kind, "["))
            begins_line = False
        if position >= len(text):
            return
        if position in blocks:
            yield Piece(_block(text[position : blocks[position].end], blocks[position]))
            position = blocks[position].end
            continue
        end = position + 1
        if text[position] == "\\":
            end = position + len(re.match(r"\\+", text[position:])[0])  # type: ignore[index]
        yield Piece(text[position:end], plain=position not in addresses, begins_line=begins_line)
        position = end


def _block(said: str, span: Span) -> str:
    """Code between more or fewer backticks than it has itself."""
    runs = {len(run) for run in re.findall("`+", said)}
    if span.kind == "code":
        fence = "`" * (2 if 1 in runs else 1)
        return f"{fence}{said}{fence}"
    fence = "`" * max(FENCE, max(runs, default=0) + 1)
    return f"{fence}{span.more}\n{said}\n{fence}"


def _joined(pieces: list[Piece]) -> str:
    """From the end: whether a character needs a backslash depends on what follows it."""
    parts: list[str] = []
    ahead = ""
    for piece in reversed(pieces):
        said = piece.text
        if piece.plain and said.startswith("\\"):
            if ahead.startswith("\\") or _is_mark(ahead, piece):
                said *= 2
        elif piece.plain and said in "*_^~|`[]>" and _is_mark(said + ahead, piece):
            said = f"\\{said}"
        parts.append(said)
        ahead = (said + ahead)[:FAR]
    return "".join(reversed(parts))


def _is_mark(markup: str, piece: Piece) -> bool:
    return bool(TOKEN.match(markup) or (piece.begins_line and QUOTE_LINE.match(markup)))
