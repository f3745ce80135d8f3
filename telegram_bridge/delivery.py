"""Delivers one message: claim it, send its parts with no transaction open, write down each, settle.

Called by a job that holds the chat's lock, so nothing else sends to this client meanwhile.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from telegram.error import BadRequest, ChatMigrated, RetryAfter

from telegram_bridge import hot_queries, outcomes, waits
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.delivery_jobs import lane as lane_of
from telegram_bridge.models import Bot, TelegramMessage
from telegram_bridge.outcomes import Outcome
from telegram_bridge.outgoing import parts_of
from telegram_bridge.plan import Part
from telegram_bridge.quoting import quote_of
from telegram_bridge.sending import Manner, send
from telegram_bridge.sending_bots import close_bots, request_began, sending_bot
from telegram_bridge.waits import PutOff
from tickets import operations
from tickets.models import Message

__all__ = ["PutOff", "close_bots", "deliver", "sending_bot"]

logger = logging.getLogger(__name__)

Delivery = Message.Delivery

# Sent, but without the quote, whose words are no longer in the message that it answers.
QUOTE_LOST: dict[str, object] = {"code": "quote_lost"}
# So long after a look, the message is surely still ours: others take a worker for dead only after
# worker.DEAD_SECONDS of silence.
SURE_SECONDS = 2.0
# A chat that moved once may have moved again; more often is no moving.
MOST_MOVES = 3


@dataclass
class Order:
    """What is left to send of a message, how, and where to; and what has become of it so far."""

    message_id: int
    claim: uuid.UUID
    bot_id: int
    token: str
    client_id: int
    chat_id: int
    manner: Manner
    parts: Sequence[Part]
    delivered: list[int]  # the numbers of the parts that have arrived
    note: dict[str, object]  # what is to be said of it although it was sent

    @property
    def lane(self) -> str:
        return lane_of(self.client_id)


async def deliver(message_id: int, *, attempts: int, lane: str = "") -> None:
    """Sends the message unless that is done already. Raises PutOff when it has to wait."""
    await _keep_pace(message_id, lane)
    claim = uuid.uuid4()
    order = await persistently(_claim, message_id, claim)
    if order is None:
        return
    try:
        outcome = order if isinstance(order, Outcome) else await _send_parts(order, attempts)
    except asyncio.CancelledError:
        # The process ends while a request is under way.
        outcome = outcomes.unknown("crashed")
    if outcome is None:
        logger.warning("Message %s is another's: it was settled while this process slept", message_id)
        return
    settled = await persistently(
        operations.settle_delivery,
        message_id,
        claim=claim,
        delivery=outcome.delivery,
        error=outcome.error,
        unreachable=outcome.unreachable,
    )
    if settled is not None and outcome.retry_at is not None:
        raise PutOff(outcome.retry_at, begun=isinstance(order, Order) and bool(order.delivered))


async def _keep_pace(message_id: int, lane: str) -> None:
    """Waits until the chat may get one more message, before the message is claimed: a worker that dies
    meanwhile leaves no doubt. Raises PutOff, and says so on the message, when that is long."""
    until = await waits.keep_pace(lane)
    if until is not None and await persistently(_postpone, message_id, waits.as_error(until)):
        raise PutOff(until)


def _postpone(message_id: int, error: dict[str, object]) -> bool:
    try:
        return operations.postpone_delivery(message_id, error=error)
    except ObjectDoesNotExist:
        return False


def _claim(message_id: int, claim: uuid.UUID) -> Order | Outcome | None:
    """Marks the message as being sent and says what is to be sent; may be called again after an error."""
    try:
        message = operations.begin_delivery(message_id, claim=claim)
    except ObjectDoesNotExist:
        return None
    if message is None:
        # Sent already; or left in the middle by who held the chat's lock before us, and is gone.
        operations.settle_abandoned(message_id)
        return None
    return _order(message, claim)


def _order(message: Message, claim: uuid.UUID) -> Order | Outcome:
    facts = hot_queries.delivery_facts(message)
    if facts.bot_id is None:
        return outcomes.failed("no_bot")
    token = readable_token(Bot(encrypted_token=facts.encrypted_token))
    if token is None:
        return outcomes.failed("unauthorized")
    waits.hear_of_bot(facts.bot_id, facts.paused_until)
    parts = parts_of(message, message.text, message.entities, has_files=facts.has_files)
    quote = quote_of(message, bot_id=facts.bot_id, chat_id=facts.chat_id) if message.quote else None
    return Order(
        message_id=message.pk,
        claim=claim,
        bot_id=facts.bot_id,
        token=token,
        client_id=message.ticket.client_id,
        chat_id=facts.chat_id,
        manner=Manner(reply_to=facts.reply_to, quote=quote, options=message.options),
        parts=[part for part in parts if part.number not in facts.delivered],
        delivered=facts.delivered,
        note=QUOTE_LOST if message.quote and quote is None else {},
    )


async def _send_parts(order: Order, attempts: int) -> Outcome | None:
    """Sends each part and writes it down before the next. Stops at the first that surely, or perhaps, did
    not arrive; None when it is another's by now, and a person may have had it sent again."""
    sure_until = time.time() + SURE_SECONDS
    for part in order.parts:
        until = await waits.take_turn(order.bot_id, order.lane, part.items)
        if until is not None:
            return outcomes.put_off("rate_limited", until)
        # The wall clock: others' time went on while this machine slept.
        if time.time() > sure_until and not await persistently(
            operations.holds_delivery, order.message_id, claim=order.claim
        ):
            return None
        sure_until = time.time() + SURE_SECONDS
        try:
            ids = await _send_part(order, part)
        except (FileNotFoundError, IsADirectoryError):
            return outcomes.failed("file_missing")
        except Exception as error:
            return await _outcome(error, order, attempts)
        await persistently(_record, order, part, ids)
        order.delivered.append(part.number)
    return Outcome(Delivery.SENT, order.note)


async def _send_part(order: Order, part: Part) -> list[int]:
    """As `send`; what surely did not arrive for the sake of its quote goes without it."""
    bot = sending_bot(order.token)
    manner = order.manner if part.number == 0 else Manner(options=order.manner.options)
    request_began.set(False)
    try:
        return await send(bot, order.chat_id, part, manner)
    except BadRequest as error:
        if manner.quote is None or outcomes.code_of(error) != "quote_not_found":
            raise
    order.note = QUOTE_LOST
    return await send(bot, order.chat_id, part, replace(manner, quote=None))


async def _outcome(error: Exception, order: Order, attempts: int) -> Outcome:
    outcome = outcomes.of_error(error, now=timezone.now(), attempts=attempts)
    if isinstance(error, RetryAfter) and outcome.retry_at is not None:
        await waits.told_to_wait(order.bot_id, order.lane, outcome.retry_at)
    elif isinstance(error, ChatMigrated) and attempts < MOST_MOVES:
        # Surely not sent; it goes to where the chat is now.
        if await persistently(operations.move_client, order.client_id, external_id=error.new_chat_id):
            return outcomes.put_off("migrated", timezone.now())
    elif outcome.error.get("code") == "internal":
        logger.exception("Message %s could not be sent", order.message_id, exc_info=error)
        if request_began.get():
            return outcomes.unknown("no_answer")
    return outcome


def _record(order: Order, part: Part, ids: list[int]) -> None:
    TelegramMessage.objects.bulk_create(
        [
            TelegramMessage(
                bot_id=order.bot_id,
                chat_id=order.chat_id,
                telegram_id=telegram_id,
                message_id=order.message_id,
                part=part.number,
            )
            for telegram_id in ids
        ],
        ignore_conflicts=True,  # run twice when the database went away just after the commit
    )
