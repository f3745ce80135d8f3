"""Which part of a sent message holds which words: for an edit of them, and for a quote from them."""

from dataclasses import dataclass
from typing import Any

from telegram_bridge.outgoing import parts_of
from telegram_bridge.plan import LONGEST_CAPTION, LONGEST_TEXT
from telegram_bridge.splitting import Piece, split
from tickets.models import Message
from tickets.utf16 import units


class DoesNotFit(Exception):
    """Other words would need other parts than the ones that are in the chat."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class SentText:
    """One part's words: a text of its own, or the caption of files."""

    number: int
    is_caption: bool
    piece: Piece
    buttons: list[list[dict[str, str]]]


def sent_texts(message: Message, text: str, entities: list[dict[str, Any]]) -> list[SentText]:
    """`text` laid into the parts that were sent. Raises DoesNotFit when it takes more of them or fewer.

    The parts are those of the words that were sent first: an edit changes words, never parts.
    """
    first = message.versions.order_by("pk").first()
    sent = (first.text, first.entities) if first is not None else (message.text, message.entities)
    parts = parts_of(message, *sent, has_files=message.may_have_files)
    with_words = [part for part in parts if part.text]
    if with_words and with_words[0].files:
        if units(text) > LONGEST_CAPTION:
            raise DoesNotFit("caption_too_long")
        pieces = [Piece(text, entities)]
    else:
        pieces = split(text, limit=LONGEST_TEXT, entities=entities)
    if len(pieces) != len(with_words):
        raise DoesNotFit("other_parts")
    return [
        SentText(part.number, bool(part.files), piece, part.buttons)
        for part, piece in zip(with_words, pieces, strict=True)
    ]
