"""Carries out what staff ask to change of a message that is in Telegram: its text, its reaction, its end.

All three can be asked for twice without harm, so whatever is not answered is asked for again.
https://core.telegram.org/bots/api#editmessagetext, #deletemessages, #setmessagereaction
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import telegram
from django.utils import timezone
from telegram.error import BadRequest, RetryAfter, TelegramError

from telegram_bridge import outcomes, waits
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.delivery_jobs import lane as lane_of
from telegram_bridge.models import Bot, TelegramMessage
from telegram_bridge.sending import keyboard, link_preview
from telegram_bridge.sending_bots import sending_bot
from telegram_bridge.sent_parts import DoesNotFit, SentText, sent_texts
from telegram_bridge.waits import PutOff
from tickets import amendments
from tickets.models import Amendment, Message

State, Kind = Amendment.State, Amendment.Kind

MOST_ATTEMPTS = 20
# Telegram's words for a change that was made before: the answer to the first request was lost.
UNCHANGED, DELETED_BEFORE = "message is not modified", "message to delete not found"


@dataclass(frozen=True)
class Task:
    """What to ask of Telegram, and where."""

    amendment: Amendment
    bot: Bot
    token: str
    parts: list[TelegramMessage]
    texts: list[SentText]  # of an edit: the words that change, part by part

    @property
    def lane(self) -> str:
        return lane_of(self.amendment.message.ticket.client_id)

    @property
    def first_of(self) -> dict[int, TelegramMessage]:
        """The Telegram message that holds a part's words: of an album the first."""
        return {one.part: one for one in reversed(self.parts)}


async def amend(amendment_id: int, *, attempts: int) -> None:
    """Asks Telegram and settles the amendment. Raises PutOff when it has to be asked again."""
    task = await persistently(_find, amendment_id)
    if task is None:
        return
    if isinstance(task, str):
        await persistently(_settle, amendment_id, State.FAILED, {"code": task})
        return
    until = await waits.take_turn(task.bot.pk, task.lane, max(1, len(task.texts)))
    if until is not None:
        await _put_off(amendment_id, outcomes.put_off("rate_limited", until))
    try:
        await _ask(sending_bot(task.token), task)
    except TelegramError as error:
        await _settle_refused(task, error, attempts)
        return
    await persistently(_settle, amendment_id, State.DONE, None)


async def _settle_refused(task: Task, error: TelegramError, attempts: int) -> None:
    outcome = outcomes.of_error(error, now=timezone.now(), attempts=attempts)
    if isinstance(error, RetryAfter) and outcome.retry_at is not None:
        await waits.told_to_wait(task.bot.pk, task.lane, outcome.retry_at)
    elif outcome.delivery == Message.Delivery.UNKNOWN:
        outcome = outcomes.put_off("network", timezone.now() + outcomes.pause(attempts))
    # Also waits for the pace of the chat are attempts: what Telegram asks to be sent later is never given up.
    if outcome.retry_at is not None and (attempts < MOST_ATTEMPTS or isinstance(error, RetryAfter)):
        await _put_off(task.amendment.pk, outcome)
    await persistently(_settle, task.amendment.pk, State.FAILED, outcome.error)


async def _put_off(amendment_id: int, outcome: outcomes.Outcome) -> None:
    """Says why the change waits, and raises PutOff."""
    await persistently(_settle, amendment_id, State.QUEUED, outcome.error)
    raise PutOff(outcome.retry_at or timezone.now())


def _find(amendment_id: int) -> Task | str | None:
    """What there is to do, or the code of why it can't be done; None when it is done."""
    under_way = Amendment.objects.select_related("message__ticket__client")
    amendment = under_way.filter(pk=amendment_id, state=State.QUEUED).first()
    if amendment is None:
        return None
    message = amendment.message
    bot = Bot.objects.filter(inbox=message.ticket.client.inbox_id).first()
    token = readable_token(bot) if bot is not None else None
    if bot is None or token is None:
        return "no_bot" if bot is None else "unauthorized"
    waits.hear_of_bot(bot.pk, bot.paused_until)
    rows = TelegramMessage.objects.filter(message=message, bot=bot).order_by("part", "telegram_id")
    parts = list(rows)
    if not parts:
        return "not_in_telegram"
    try:
        texts = _changed_texts(amendment) if amendment.kind == Kind.EDIT else []
    except DoesNotFit as refused:
        return refused.code
    if not {one.number for one in texts} <= {one.part for one in parts}:
        return "not_in_telegram"
    return Task(amendment, bot, token, parts, texts)


def _changed_texts(amendment: Amendment) -> list[SentText]:
    """The parts whose words become others. All when none does: Telegram then says so, and it is done."""
    message = amendment.message
    new = sent_texts(message, amendment.data["text"], amendment.data["entities"])
    now = {one.number: one.piece for one in sent_texts(message, message.text, message.entities)}
    return [one for one in new if one.piece != now[one.number]] or new


def _settle(amendment_id: int, state: Amendment.State, error: dict[str, object] | None) -> None:
    amendments.settle(amendment_id, state=state, error=error)


async def _ask(bot: telegram.Bot, task: Task) -> None:
    ways: dict[str, Callable[[telegram.Bot, Task], Awaitable[None]]] = {
        Kind.EDIT: _edit,
        Kind.DELETE: _delete,
        Kind.REACT: _react,
    }
    await ways[task.amendment.kind](bot, task)


async def _edit(bot: telegram.Bot, task: Task) -> None:
    for text in task.texts:
        target = task.first_of[text.number]
        entities = [telegram.MessageEntity.de_json(one, None) for one in text.piece.entities]
        # What is not sent again is taken away: the buttons too.
        more: dict[str, Any] = {"reply_markup": keyboard(text.buttons)} if text.buttons else {}
        try:
            if text.is_caption:
                await bot.edit_message_caption(
                    target.chat_id,
                    target.telegram_id,
                    caption=text.piece.text,
                    caption_entities=entities,
                    **more,
                )
            else:
                more |= link_preview(task.amendment.message.options)
                await bot.edit_message_text(
                    text.piece.text, target.chat_id, target.telegram_id, entities=entities, **more
                )
        except BadRequest as error:
            if UNCHANGED not in str(error).lower():
                raise


async def _delete(bot: telegram.Bot, task: Task) -> None:
    ids = [part.telegram_id for part in task.parts]
    try:
        # At most a hundred at a time; the longest reply is a few dozen.
        await bot.delete_messages(task.parts[0].chat_id, ids)
    except BadRequest as error:
        if DELETED_BEFORE not in str(error).lower():
            raise


async def _react(bot: telegram.Bot, task: Task) -> None:
    first = task.parts[0]
    wanted = [telegram.ReactionTypeEmoji(one["emoji"]) for one in task.amendment.data["reactions"]]
    await bot.set_message_reaction(first.chat_id, first.telegram_id, reaction=wanted)
