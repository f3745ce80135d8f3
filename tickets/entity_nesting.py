"""Entities as Telegram allows them to stand in each other.

Code holds nothing and is held by quotes alone, a quote is whole lines and in no other quote, a link is on one
line and holds no link; bold, italic, underline, strikethrough and spoiler stand in one another and in links
and quotes. https://core.telegram.org/bots/api#messageentity
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tickets.rich_text import safe_address

Entities = list[dict[str, Any]]

# In the order in which they hold one another where they begin and end together.
ORDER = ["blockquote", "text_link", "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre"]
STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
LINK_SCHEMES = ("http://", "https://", "tg://")
LANGUAGE = re.compile(r"[A-Za-z0-9+#._-]{1,64}")
# Telegram leaves out whatever comes after so many.
MOST_ENTITIES = 100
# So no more are laid into one another, which costs the square of their number; a few of them become one.
MOST_SPANS = 5 * MOST_ENTITIES
MOST_ROUNDS = 5
WEB_STRETCH = re.compile(r"https?://[^\s<>\[\]`\\\"]+", re.IGNORECASE)
ADDRESS_END = "*_~|^.,:;!?)]}'»"


@dataclass(frozen=True)
class Span:
    """A stretch of the text, in characters. `more`: a link's address, a language."""

    start: int
    end: int
    kind: str
    more: str = ""

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def crosses(self, other: "Span") -> bool:
        """Whether they overlap and neither holds the other."""
        inside = other.start <= self.start and self.end <= other.end
        return (
            self.overlaps(other) and not inside and not (self.start <= other.start and other.end <= self.end)
        )


def web_address(text: str, at: int) -> str:
    """The web address that begins at `at`, without what ends a sentence or a mark; nothing when none does."""
    found = WEB_STRETCH.match(text, at)
    address = found[0].rstrip(ADDRESS_END) if found else ""
    return address if WEB_STRETCH.fullmatch(address) else ""


def web_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where the web addresses of a text begin and end."""
    position = 0
    while found := WEB_STRETCH.search(text, position):
        end = found.start() + len(web_address(text, found.start()))
        if end > found.start():
            yield found.start(), end
        position = max(end, found.start() + 1)


def nested(text: str, spans: Iterable[Span]) -> list[Span]:
    """`spans` as Telegram allows them, outer ones first: what crosses is cut, what may not be is left out.

    Laid anew they stay as they are: what lost a blank at its end may no longer cross another.
    """
    found = _laid(text, spans)
    for _ in range(MOST_ROUNDS):
        again = _laid(text, found)
        if again == found:
            break
        found = again
    return found


def _laid(text: str, spans: Iterable[Span]) -> list[Span]:
    given = sorted(spans, key=lambda span: span.start)[:MOST_SPANS]
    quotes = _quotes(text, [span for span in given if span.kind == "blockquote"])
    links = _links(text, [span for span in given if span.kind == "text_link"])
    code = _code(text, [span for span in given if span.kind in {"code", "pre"}], quotes, links)
    addresses = list(web_addresses(text))
    styles: list[Span] = []
    for kind in STYLES:
        for span in _joined([_widened(span, addresses) for span in given if span.kind == kind]):
            for part in _cut(_without(span, code), [*quotes, *links]):
                styles += _trimmed(text, part)
    styles = [part for span in _uncrossed(styles) for part in _trimmed(text, span)]
    return _sorted([*quotes, *links, *code, *styles])[:MOST_ENTITIES]


def _sorted(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: (span.start, -span.end, ORDER.index(span.kind)))


def _quotes(text: str, spans: list[Span]) -> list[Span]:
    """Whole lines that are not blank at the ends; quotes on lines that follow each other are one."""
    quotes: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", max(span.end - 1, start))
        lines = text[start : len(text) if end < 0 else end]
        end = start + len(lines.rstrip())
        start += len(lines) - len(lines.lstrip())
        start = text.rfind("\n", 0, start) + 1
        end = len(text) if (line_end := text.find("\n", end)) < 0 else line_end
        if not text[start:end].strip():
            continue
        if quotes and start <= quotes[-1].end + 1:
            start, end = quotes[-1].start, max(end, quotes.pop().end)
        quotes.append(Span(start, end, "blockquote"))
    return quotes


def _links(text: str, spans: list[Span]) -> list[Span]:
    """On one line each, to an address that may be gone to; of two that overlap, the first."""
    links: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        address = safe_address(span.more)
        if not address.lower().startswith(LINK_SCHEMES):
            continue
        if not _balanced(address):
            address = address.replace("(", "%28").replace(")", "%29")
        position = span.start
        for line in text[span.start : span.end].split("\n"):
            part = Span(position, position + len(line), "text_link", address)
            position += len(line) + 1
            links += [one for one in _trimmed(text, part) if not any(one.overlaps(other) for other in links)]
    return links


def _balanced(address: str) -> bool:
    depth = 0
    for character in address:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _code(text: str, spans: list[Span], quotes: list[Span], links: list[Span]) -> list[Span]:
    """Nothing in it, and in nothing but one line of a quote; of two that overlap, the first."""
    code: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        said = text[span.start : span.end]
        kind = "pre" if "\n" in said else span.kind
        in_quote = any(span.overlaps(quote) for quote in quotes)
        taken = any(span.overlaps(other) for other in [*links, *code])
        if not said.strip() or taken or (in_quote and kind == "pre"):
            continue
        language = span.more if kind == "pre" and LANGUAGE.fullmatch(span.more) else ""
        code.append(Span(span.start, span.end, kind, language))
    return code


def _widened(span: Span, addresses: list[tuple[int, int]]) -> Span:
    """With the whole of an address that it begins or ends in the middle of."""
    start, end = span.start, span.end
    for begin, stop in addresses:
        start = begin if begin < start < stop else start
        end = stop if begin < end < stop else end
    return Span(start, end, span.kind)


def _joined(spans: list[Span]) -> list[Span]:
    """One where they overlap or touch."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if joined and span.start <= joined[-1].end:
            before = joined.pop()
            joined.append(Span(before.start, max(before.end, span.end), span.kind))
        else:
            joined.append(span)
    return joined


def _without(span: Span, holes: list[Span]) -> list[Span]:
    parts, start = [], span.start
    for hole in holes:
        if hole.overlaps(span):
            parts.append(Span(start, max(hole.start, start), span.kind))
            start = max(start, hole.end)
    parts.append(Span(start, max(span.end, start), span.kind))
    return [part for part in parts if part.start < part.end]


def _cut(spans: list[Span], borders: list[Span]) -> list[Span]:
    """`spans`, cut where a quote begins or ends, and where a link crosses them."""
    for border in borders:
        parts = []
        for span in spans:
            apart = span.crosses(border) or (border.kind == "blockquote" and span.overlaps(border))
            places = [place for place in (border.start, border.end) if span.start < place < span.end]
            edges = [span.start, *(places if apart else []), span.end]
            parts += [Span(begin, end, span.kind) for begin, end in pairwise(edges)]
        spans = parts
    return spans


def _uncrossed(spans: list[Span]) -> list[Span]:
    """What crosses the end of one that began before it becomes two."""
    waiting, done = _sorted(spans), list[Span]()
    while waiting:
        span = waiting.pop(0)
        end = min(
            (other.end for other in done if other.start <= span.start < other.end < span.end), default=0
        )
        if end:
            waiting = _sorted([Span(end, span.end, span.kind), *waiting])
            span = Span(span.start, end, span.kind)
        done.append(span)
    return done


def _trimmed(text: str, span: Span) -> list[Span]:
    """Without the white space at its ends; none when nothing is left."""
    said = text[span.start : span.end]
    start = span.start + len(said) - len(said.lstrip())
    end = span.end - (len(said) - len(said.rstrip()))
    return [Span(start, end, span.kind, span.more)] if start < end else []


def spans_of(text: str, entities: Iterable[Any]) -> list[Span]:
    """Telegram's entities, as far as they are understood; their offsets count UTF-16 units."""
    places = {0: 0}
    units = 0
    for index, character in enumerate(text, 1):
        units += 2 if character > "\uffff" else 1
        places[units] = index
    spans = []
    for entity in entities:
        kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
        start, end = places.get(offset), places.get(offset + length)
        kind = "blockquote" if kind == "expandable_blockquote" else kind
        if kind in ORDER and start is not None and end is not None and start < end:
            spans.append(Span(start, end, kind, str(entity.get("url") or entity.get("language") or "")))
    return spans


def entities_of(text: str, spans: Iterable[Span]) -> Entities:
    """Telegram's MessageEntity objects."""
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if character > "\uffff" else 1))
    entities: Entities = []
    for span in spans:
        entity: dict[str, Any] = {
            "type": span.kind,
            "offset": units[span.start],
            "length": units[span.end] - units[span.start],
        }
        if span.kind == "text_link":
            entity["url"] = span.more
        elif span.kind == "pre" and span.more:
            entity["language"] = span.more
        entities.append(entity)
    return entities
