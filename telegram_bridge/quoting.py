"""The exact quote that a reply carries: Telegram wants the words as they stand in the message, their
formatting, and their place. https://core.telegram.org/bots/api#replyparameters
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram_bridge.models import TelegramMessage
from telegram_bridge.sent_parts import DoesNotFit, sent_texts
from telegram_bridge.splitting import within
from tickets.models import Message
from tickets.utf16 import units

# The formatting that a quote keeps; with any other it would not be found.
QUOTED = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"})

Words = tuple[int, str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Quote:
    """`position` and the offsets of `entities` count UTF-16 units."""

    telegram_id: int
    text: str
    position: int
    entities: list[dict[str, Any]]


def quote_of(message: Message, *, bot_id: int, chat_id: int) -> Quote | None:
    """The quote that `message` carries, from the part of its target that holds those words; None when no part
    holds them any more, or none is in this chat."""
    target = message.reply_to
    if target is None:
        return None
    rows = TelegramMessage.objects.filter(message=target, bot=bot_id, chat_id=chat_id)
    for telegram_id, text, entities in _words(target, list(rows.order_by("part", "telegram_id"))):
        at = text.find(message.quote)
        if at >= 0:
            offset = units(text[:at])
            inside = within(entities, offset, units(message.quote))
            kept = [entity for entity in inside if entity["type"] in QUOTED]
            return Quote(telegram_id, message.quote, offset, kept)
    return None


def _words(target: Message, rows: list[TelegramMessage]) -> Iterator[Words]:
    """Each Telegram message of `target` that has words, and those."""
    if target.direction == Message.Direction.OUT:
        try:
            texts = {one.number: one.piece for one in sent_texts(target, target.text, target.entities)}
        except DoesNotFit:
            return
        for row in rows:
            if row.part in texts:
                # Of an album the first item, which comes first, has the caption.
                piece = texts.pop(row.part)
                yield row.telegram_id, piece.text, piece.entities
        return
    for row in rows:
        if row.caption:
            yield row.telegram_id, row.caption, row.caption_entities
    if rows and not any(row.caption for row in rows):
        yield rows[0].telegram_id, target.text, target.entities
