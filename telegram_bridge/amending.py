"""Carries out what staff ask to change of a message that is in Telegram: its text, its reaction, its end.

All three can be asked for twice without harm, so whatever is not answered is asked for again.
https://core.telegram.org/bots/api#editmessagetext, #deletemessages, #setmessagereaction
"""

import telegram
from django.utils import timezone
from telegram.error import BadRequest, TelegramError

from telegram_bridge import outcomes
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.delivery import PutOff, sending_bot
from telegram_bridge.models import Bot, TelegramMessage
from tickets import amendments
from tickets.models import Amendment, Message

State = Amendment.State
Found = tuple[Amendment, str | None, list[TelegramMessage]]

MOST_ATTEMPTS = 20
# Telegram's words for a change that was made before: the answer to the first request was lost.
DONE_BEFORE = ("message is not modified", "message to delete not found")


async def amend(amendment_id: int, *, attempts: int) -> None:
    """Asks Telegram and settles the amendment. Raises PutOff when it has to be asked again."""
    found = await persistently(_find, amendment_id)
    if found is None:
        return
    amendment, token, parts = found
    if token is None or not parts:
        code = "unauthorized" if token is None else "not_in_telegram"
        await persistently(_settle, amendment_id, State.FAILED, {"code": code})
        return
    try:
        await _ask(sending_bot(token), amendment, parts)
    except TelegramError as error:
        if isinstance(error, BadRequest) and any(words in str(error).lower() for words in DONE_BEFORE):
            await persistently(_settle, amendment_id, State.DONE, None)
            return
        outcome = outcomes.of_error(error, now=timezone.now(), attempts=attempts)
        until = outcome.retry_at
        if until is None and outcome.delivery == Message.Delivery.UNKNOWN:
            until = timezone.now() + outcomes.pause(attempts)
        if until is not None and attempts < MOST_ATTEMPTS:
            raise PutOff(until) from error
        await persistently(_settle, amendment_id, State.FAILED, outcome.error)
        return
    await persistently(_settle, amendment_id, State.DONE, None)


def _find(amendment_id: int) -> Found | None:
    amendments_under_way = Amendment.objects.select_related("message__ticket__client")
    amendment = amendments_under_way.filter(pk=amendment_id, state=State.QUEUED).first()
    if amendment is None:
        return None
    bot = Bot.objects.filter(inbox=amendment.message.ticket.client.inbox_id).first()
    token = readable_token(bot) if bot is not None else None
    parts = TelegramMessage.objects.filter(message=amendment.message_id).order_by("part", "telegram_id")
    return amendment, token, list(parts)


def _settle(amendment_id: int, state: Amendment.State, error: dict[str, object] | None) -> None:
    amendments.settle(amendment_id, state=state, error=error)


async def _ask(bot: telegram.Bot, amendment: Amendment, parts: list[TelegramMessage]) -> None:
    first = parts[0]
    if amendment.kind == Amendment.Kind.DELETE:
        await bot.delete_messages(first.chat_id, [part.telegram_id for part in parts])
    elif amendment.kind == Amendment.Kind.REACT:
        wanted = [telegram.ReactionTypeEmoji(one["emoji"]) for one in amendment.data["reactions"]]
        await bot.set_message_reaction(first.chat_id, first.telegram_id, reaction=wanted)
    else:
        text = amendment.data["text"]
        entities = [telegram.MessageEntity.de_json(one, None) for one in amendment.data["entities"]]
        if amendment.message.may_have_files:
            await bot.edit_message_caption(
                first.chat_id, first.telegram_id, caption=text, caption_entities=entities
            )
        else:
            await bot.edit_message_text(text, first.chat_id, first.telegram_id, entities=entities)
