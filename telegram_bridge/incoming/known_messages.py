"""Which Telegram message is which of ours."""

from typing import Any

from django.db.models import QuerySet

from telegram_bridge.content.reading import Json, identifier, needed_id, needed_part, part, words
from telegram_bridge.hot_queries import Remembered
from telegram_bridge.incoming.handling import Source
from telegram_bridge.models import TelegramMessage
from tickets.content import Content
from tickets.models import Message


def known(source: Source, chat_id: int, telegram_id: int) -> QuerySet[TelegramMessage]:
    """The row of this message of Telegram's, if there is one."""
    return TelegramMessage.objects.filter(bot=source.bot_id, chat_id=chat_id, telegram_id=telegram_id)


def place_of(message: Json) -> tuple[int, int]:
    """The chat and the number of a message. Raises Malformed."""
    return needed_id(needed_part(message, "chat"), "id", of="chat"), needed_id(message, "message_id")


def named_in(source: Source, chat_id: int, message: Json) -> TelegramMessage | None:
    """What we know of a message that another one speaks of (MaybeInaccessibleMessage), in the same chat."""
    telegram_id = identifier(message, "message_id")
    its_chat = identifier(part(message, "chat"), "id")
    if telegram_id is None or its_chat not in {None, chat_id}:
        return None
    return known(source, chat_id, telegram_id).select_related("message").first()


def group_of(message: Json) -> str:
    """The album that a message is part of; empty for one by itself."""
    return words(message, "media_group_id", most=64)


def remember(source: Source, message: Json, ours: Message, content: Content) -> None:
    """`message` is `ours`, or part of it. Known already, the update fails at its end."""
    chat_id, telegram_id = place_of(message)
    if not (group := group_of(message)):
        source.remembered.append(Remembered(chat_id, telegram_id, ours.pk))
        return
    TelegramMessage.objects.create(
        bot_id=source.bot_id,
        chat_id=chat_id,
        telegram_id=telegram_id,
        message=ours,
        media_group_id=group,
        caption=content.text,
        caption_entities=content.entities,
        update_id=source.update_id,
    )


def parts_of(message: Message) -> QuerySet[Any]:
    """The Telegram messages that `message` is made of, in their order."""
    return TelegramMessage.objects.filter(message=message).order_by("telegram_id")
