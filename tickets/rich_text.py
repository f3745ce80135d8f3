"""A message's text with Telegram's entities, as HTML that can't do anything but look like it.

https://core.telegram.org/bots/api#messageentity: offsets and lengths count UTF-16 units. Everything is
escaped; a link goes to the web, Telegram, a mailbox or a telephone, or is no link.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

# Telegram sends at most 100 entities; more can only be an accident, and their nesting costs time.
MOST_ENTITIES = 200

ELEMENTS = {
    "bold": ("<strong>", "</strong>"),
    "italic": ("<em>", "</em>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="spoiler" tabindex="0">', "</span>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "code": ("<code>", "</code>"),
    # The inner element keeps a first line break, which a browser drops right behind <pre>.
    "pre": ("<pre><code>", "</code></pre>"),
    "hashtag": ('<span class="tag-word">', "</span>"),
    "cashtag": ('<span class="tag-word">', "</span>"),
    # A colleague, called in a note (tickets/mentions.py).
    "staff_mention": ('<span class="staff-mention">', "</span>"),
    "bot_command": ('<span class="tag-word">', "</span>"),
}

# Open, as short ones are shown; folded until it is asked for (static/js/folding.js), as long ones are.
QUOTE = ("<blockquote>", "</blockquote>")
FOLDED_QUOTE = ('<blockquote class="folded" tabindex="0">', "</blockquote>")
SHORT_QUOTE_LINES, SHORT_QUOTE = 3, 160  # lines, characters
# A block ends its line by itself: the line break behind it stays in the text, for whoever copies or quotes,
# and is not shown as an empty line.
BLOCKS = ("</blockquote>", "</pre>")
LINE_END = '<span class="line-end">\n</span>'
LONGEST_LANGUAGE = 32

SAFE_SCHEMES = frozenset({"http", "https", "tg", "mailto", "tel"})
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
# What ends a sentence rather than the address it ends with.
TRAILING = ".,;:!?)]}'…"


@dataclass(frozen=True)
class Span:
    """A stretch of the text, in characters, and the tags around it."""

    start: int
    end: int
    opening: str
    closing: str


def render(text: str, entities: Iterable[Any] = ()) -> SafeString:
    """HTML of `text` with `entities`, Telegram's objects as they came. The rest is plain text."""
    spans = _spans(text, entities)
    return mark_safe(_render(text, 0, len(text), spans))  # noqa: S308  (every part is escaped below)


def render_plain(text: str) -> SafeString:
    """HTML of a text that has no entities, with its web addresses as links."""
    spans = []
    for found in WEB_ADDRESS.finditer(text):
        address = found[0].rstrip(TRAILING)
        if href := safe_address(address):
            spans.append(Span(found.start(), found.start() + len(address), _link(href), "</a>"))
    return mark_safe(_render(text, 0, len(text), spans))  # noqa: S308  (as above)


def safe_address(address: str) -> str:
    """`address` when a link may go there, otherwise nothing."""
    # A browser drops these before it looks at the scheme: "java\tscript:" would be one to it.
    if any(ord(character) <= 32 or ord(character) == 127 for character in address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme.lower() not in SAFE_SCHEMES:
        return ""
    if parts.scheme.lower() in {"http", "https"} and not parts.netloc:
        return ""
    return address


def _render(text: str, start: int, end: int, spans: list[Span]) -> str:
    """`text[start:end]` with `spans`, which all lie within it and come sorted, outer ones first."""
    parts: list[str] = []
    position, waiting = start, spans
    while waiting:
        outer, waiting = waiting[0], waiting[1:]
        inner: list[Span] = []
        rest: list[Span] = []
        for span in waiting:
            if span.start >= outer.end:
                rest.append(span)
            elif span.end <= outer.end:
                inner.append(span)
            else:  # it crosses the end of the outer one: two elements, so that tags stay balanced
                inner.append(Span(span.start, outer.end, span.opening, span.closing))
                rest.append(Span(outer.end, span.end, span.opening, span.closing))
        parts.append(escape(text[position : outer.start]))
        parts += [outer.opening, _render(text, outer.start, outer.end, inner), outer.closing]
        position, waiting = outer.end, _sorted(rest)
        if _ends_its_line(outer, text[position:end], waiting):
            parts.append(LINE_END)
            position += 1
    parts.append(escape(text[position:end]))
    return "".join(parts)


def _ends_its_line(span: Span, behind: str, waiting: list[Span]) -> bool:
    """Whether a line break that no other span has in it comes right behind a block."""
    is_block = span.closing.endswith(BLOCKS)
    return is_block and behind.startswith("\n") and not (waiting and waiting[0].start == span.end)


def _sorted(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: (span.start, -span.end))


def _spans(text: str, entities: Iterable[Any]) -> list[Span]:
    known = [entity for entity in entities if isinstance(entity, dict)][:MOST_ENTITIES]
    if not known:
        return []
    characters = _character_at(text)
    spans = []
    for entity in known:
        offset, length = entity.get("offset"), entity.get("length")
        if type(offset) is not int or type(length) is not int or offset < 0 or length <= 0:
            continue
        start = characters[min(offset, len(characters) - 1)]
        end = characters[min(offset + length, len(characters) - 1)]
        if start < end and (tags := _tags(entity, text[start:end])):
            spans.append(Span(start, end, *tags))
    return _sorted(spans)


def _character_at(text: str) -> list[int]:
    """For each UTF-16 unit, and the end, the number of the character it begins or is the second half of."""
    characters = []
    for number, character in enumerate(text):
        characters += [number] * (2 if ord(character) > 0xFFFF else 1)
    return [*characters, len(text)]


def _tags(entity: dict[str, Any], text: str) -> tuple[str, str] | None:
    kind = entity.get("type")
    if not isinstance(kind, str):
        return None
    if kind in ELEMENTS:
        return _in_language(entity) if kind == "pre" else ELEMENTS[kind]
    if kind == "expandable_blockquote":
        long = len(text) > SHORT_QUOTE or text.count("\n") >= SHORT_QUOTE_LINES
        return FOLDED_QUOTE if long else QUOTE
    if kind == "date_time":
        return _moment(entity)
    if href := safe_address(_address(entity, text)):
        return _link(href), "</a>"
    return None


def _in_language(entity: dict[str, Any]) -> tuple[str, str]:
    """A block of code, with the name of its language when it has one."""
    opening, closing = ELEMENTS["pre"]
    language = entity.get("language")
    if not isinstance(language, str) or not language.strip():
        return opening, closing
    return f'<pre data-language="{escape(language.strip()[:LONGEST_LANGUAGE])}"><code>', closing


def _moment(entity: dict[str, Any]) -> tuple[str, str] | None:
    """Words that stand for a moment: machines can read which."""
    try:
        when = datetime.fromtimestamp(int(entity["unix_time"]), tz=UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    return f'<time class="moment-word" datetime="{when.isoformat()}">', "</time>"


def _address(entity: dict[str, Any], text: str) -> str:
    """Where an entity that is a link goes; nothing for one that isn't."""
    user = entity.get("user")
    addresses: dict[Any, Callable[[], str]] = {
        "url": lambda: text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) else f"http://{text}",
        "text_link": lambda: str(entity.get("url", "")),
        "mention": lambda: f"https://t.me/{quote(text.removeprefix('@'), safe='')}",
        "text_mention": lambda: f"tg://user?id={int(user['id'])}" if isinstance(user, dict) else "",
        "email": lambda: f"mailto:{quote(text, safe='@')}",
        "phone_number": lambda: "tel:" + re.sub(r"[^0-9+]", "", text),
    }
    kind = entity["type"]
    if kind not in addresses:
        return ""
    try:
        return addresses[kind]()
    except (KeyError, TypeError, ValueError, UnicodeEncodeError):
        return ""  # not as Telegram describes it


def _link(href: str) -> str:
    return f'<a href="{conditional_escape(href)}" target="_blank" rel="noopener noreferrer nofollow">'
