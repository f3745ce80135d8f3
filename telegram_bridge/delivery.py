"""Delivers one message: claim it, send its parts with no transaction open, write down each, settle.

Called by a job that holds the chat's lock, so nothing else sends to this client meanwhile.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import telegram
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from telegram_bridge import hot_queries, outcomes
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.models import Bot, TelegramMessage
from telegram_bridge.outcomes import Outcome
from telegram_bridge.plan import Part, Upload, plan
from telegram_bridge.sending import bot_of, request_began, send
from tickets import operations
from tickets.models import Attachment, Message

logger = logging.getLogger(__name__)

Delivery = Message.Delivery

SENT = Outcome(Delivery.SENT)
# So long after a look, the message is surely still ours: others take a worker for dead only after
# worker.DEAD_SECONDS of silence.
SURE_SECONDS = 2.0
# Bots that send, by token: their connections to Telegram stay open between messages.
_bots: dict[str, telegram.Bot] = {}


class PutOff(Exception):
    """The job is to run again at `until`; it keeps its place in the chat's lane meanwhile."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"to be tried again at {until.isoformat()}")
        self.until = until


@dataclass(frozen=True)
class Order:
    """What is left to send of a message, and where to."""

    message_id: int
    claim: uuid.UUID
    bot_id: int
    token: str
    chat_id: int
    reply_to: int | None
    parts: Sequence[Part]


async def deliver(message_id: int, *, attempts: int) -> None:
    """Sends the message unless that is done already. Raises PutOff when it has to wait."""
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
        raise PutOff(outcome.retry_at)


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
    files = [_upload(file) for file in message.attachments.all()] if facts.has_files else []
    parts = plan(message.text, message.entities, files)
    return Order(
        message_id=message.pk,
        claim=claim,
        bot_id=facts.bot_id,
        token=token,
        chat_id=facts.chat_id,
        reply_to=facts.reply_to,
        parts=[part for part in parts if part.number not in facts.delivered],
    )


def _upload(file: Attachment) -> Upload:
    return Upload(
        path=file.file.path if file.file else "",
        name=file.name,
        kind=file.kind,
        mime_type=file.mime_type,
        size=file.size or 0,
        width=file.width,
        height=file.height,
        duration=file.duration,
    )


async def _send_parts(order: Order, attempts: int) -> Outcome | None:
    """Sends each part and writes it down before the next. Stops at the first that surely, or perhaps, did
    not arrive; None when it is another's by now, and a person may have had it sent again."""
    bot = sending_bot(order.token)
    sure_until = time.time() + SURE_SECONDS
    for part in order.parts:
        # The wall clock: others' time went on while this machine slept.
        if time.time() > sure_until and not await persistently(
            operations.holds_delivery, order.message_id, claim=order.claim
        ):
            return None
        sure_until = time.time() + SURE_SECONDS
        request_began.set(False)
        try:
            ids = await send(bot, order.chat_id, part, reply_to=order.reply_to if part.number == 0 else None)
        except (FileNotFoundError, IsADirectoryError):
            return outcomes.failed("file_missing")
        except Exception as error:
            return _outcome(error, order, attempts)
        await persistently(_record, order, part, ids)
    return SENT


def _outcome(error: Exception, order: Order, attempts: int) -> Outcome:
    outcome = outcomes.of_error(error, now=timezone.now(), attempts=attempts)
    if outcome.error.get("code") == "internal":
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


def sending_bot(token: str) -> telegram.Bot:
    """The one bot of this process that sends with `token`."""
    if token not in _bots:
        _bots[token] = bot_of(token)
    return _bots[token]


async def close_bots() -> None:
    """Closes all connections to Telegram."""
    while _bots:
        _token, bot = _bots.popitem()
        await bot.request.shutdown()
