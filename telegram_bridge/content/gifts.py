"""Gifts that a client sends, buys an upgrade for, or has made unique. https://core.telegram.org/bots/api#giftinfo"""

from telegram_bridge.content.names import chat_name
from telegram_bridge.content.reading import Json, part, whole, words

LONGEST_TITLE = 200


def gift(body: Json) -> Json:
    """`title` and `lines` of a gift as it is sold."""
    return _regular(body, "Gift")


def upgrade(body: Json) -> Json:
    """The same of an upgrade that was paid for after the gift was sent."""
    return _regular(body, "Gift upgrade")


def _regular(body: Json, what: str) -> Json:
    item = part(body, "gift")
    emoji, stars = words(part(item, "sticker"), "emoji"), whole(item, "star_count")
    parts = [emoji, f"{stars} ⭐" if stars is not None else ""]
    about = " ".join(one for one in parts if one)
    return _told(f"{what}: {about}" if about else what, item, [])


def unique_gift(body: Json) -> Json:
    """https://core.telegram.org/bots/api#uniquegiftinfo"""
    item = part(body, "gift")
    name, count = words(item, "base_name"), whole(item, "number")
    title = f"Unique gift: {name}" if name else "Unique gift"
    lines = [
        f"{label}: {value}"
        for label, field in (("Model", "model"), ("Symbol", "symbol"), ("Backdrop", "backdrop"))
        if (value := words(part(item, field), "name"))
    ]
    return _told(f"{title} #{count}" if count is not None else title, item, lines)


def _told(title: str, item: Json, lines: list[str]) -> Json:
    publisher = part(item, "publisher_chat")
    by = [f"Published by {chat_name(publisher)}"] if publisher else []
    return {"title": title[:LONGEST_TITLE], "lines": [*lines, *by]}
