"""Formatted text as Telegram takes it: lengths in UTF-16 units, checked entities, links found by itself.

https://core.telegram.org/api/entities and `fix_formatted_text` in TDLib's MessageEntity.cpp.
"""

import re
from typing import Any

from telegram_simulator.errors import bad_request
from telegram_simulator.links import problem_of
from telegram_simulator.nesting import QUOTES, STYLES, nested

Entity = dict[str, Any]

MOST_ENTITIES = 100
KINDS = {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic",
    "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
    "text_link", "text_mention", "custom_emoji",
}  # fmt: skip
HOLDING = {*STYLES, *QUOTES}  # a link inside of these is still found
# What Telegram marks by itself, in this order; what overlaps an earlier find or a given entity is left alone.
FOUND: list[tuple[str, re.Pattern[str]]] = [
    ("email", re.compile(r"(?<![\w.@+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w@])", re.IGNORECASE)),
    ("url", re.compile(r"(?<![\w@/])(?:https?://[^\s<>]+|(?:[\w-]+\.)+(?:com|org|net|ru|io|me|info|dev|app|рф)"
                       r"(?![\w.-])(?:/[^\s<>]*)?)", re.IGNORECASE)),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#/])#(?=\w*[^\W\d])\w{1,256}")),
]  # fmt: skip


def utf16_length(text: str) -> int:
    """How many UTF-16 units, which is what all of Telegram's offsets and limits count."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def formatted(text: str, entities: Any) -> tuple[str, list[Entity]]:
    """The text without the space around it, and its entities moved to fit, links added.

    Raises ApiError when an entity lies outside of the text or cuts a character in two, or the text is broken.
    """
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise bad_request("strings must be encoded in UTF-8") from None
    given = _checked(text, entities)
    first = min((entity["offset"] for entity in given), default=utf16_length(text))
    leading = min(len(text) - len(text.lstrip()), first)  # white space is one unit a character
    text = text[leading:].rstrip()
    length = utf16_length(text)
    moved = []
    for entity in given:
        offset = entity["offset"] - leading
        fitting = min(entity["length"], length - offset)
        if fitting > 0:
            moved.append(entity | {"offset": offset, "length": fitting})
    fixed = nested(moved)
    return text, nested(fixed + _found(text, fixed))


def _checked(text: str, entities: Any) -> list[Entity]:
    if not entities:
        return []
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    borders = _borders(text)
    if len(entities) > MOST_ENTITIES:  # https://core.telegram.org/api/entities: the rest is left out
        entities = entities[:MOST_ENTITIES]
    checked = [_check(entity, borders) for entity in entities]
    # A link that leads nowhere stays plain text.
    return [each for each in checked if each["type"] != "text_link" or not problem_of(str(each["url"]))]


def _check(entity: Any, borders: set[int]) -> Entity:
    if not isinstance(entity, dict):
        raise bad_request("can't parse entities: expected an Object as a MessageEntity")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(kind, str) or kind not in KINDS:
        raise bad_request("can't parse entities: unsupported entity type")
    if not isinstance(offset, int) or offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if not isinstance(length, int) or length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    if kind == "text_link" and not entity.get("url"):
        raise bad_request("can't parse entities: a text link needs its URL")
    end, last = offset + length, max(borders)
    if end > last:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
            f"at UTF-16 offset {end}"
        )
    if offset not in borders or end not in borders:
        raise bad_request(f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol")
    return {name: value for name, value in entity.items() if value is not None}


def _borders(text: str) -> set[int]:
    """The UTF-16 offsets at which a character begins, and the end of the text."""
    borders, position = {0}, 0
    for character in text:
        position += 2 if ord(character) > 0xFFFF else 1
        borders.add(position)
    return borders


def _found(text: str, given: list[Entity]) -> list[Entity]:
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in given
        if entity["type"] not in HOLDING
    ]
    found = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            matched = match.group().rstrip(".,:;!?)'\"»") if kind == "url" else match.group()
            offset = utf16_length(text[: match.start()])
            end = offset + utf16_length(matched)
            if all(end <= begin or offset >= other for begin, other in taken):
                taken.append((offset, end))
                found.append({"type": kind, "offset": offset, "length": end - offset})
    return found
