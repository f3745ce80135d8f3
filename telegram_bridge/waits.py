"""Waiting for one's turn: short waits are slept through, long ones put the job off. One pacer in a process.

What Telegram asked for survives a restart: the messages that wait say until when, and so does the bot's row.
"""

from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from telegram_bridge import places
from telegram_bridge.bot_threads import persistently
from telegram_bridge.delivery_jobs import lane as lane_of
from telegram_bridge.models import Bot
from telegram_bridge.pacing import Pacer
from tickets.models import Message

LONGEST_REST = 2.0

pacer = Pacer()


class PutOff(Exception):
    """The job is to run again at `until`; it keeps its place in the chat's lane meanwhile. `begun`: a part of
    its message has arrived, and nothing may come between the parts."""

    def __init__(self, until: datetime, *, begun: bool = False) -> None:
        super().__init__(f"to be tried again at {until.isoformat()}")
        self.until = until
        self.begun = begun


async def keep_pace(lane: str) -> datetime | None:
    """Returns when one more message may go to the chat, or at once with the time when it may."""
    if not lane:
        return None
    if not pacer.recalled:
        await persistently(_recall)
    return await _rest(pacer.wait(lane, monotonic()))


async def take_turn(bot_id: int, lane: str, items: int) -> datetime | None:
    """As `keep_pace`, for a request that is made right afterwards."""
    return await _rest(pacer.take(bot_id, lane, items, monotonic(), patience=LONGEST_REST))


async def told_to_wait(bot_id: int, lane: str, until: datetime) -> None:
    """Telegram's 429: for this chat alone, or for the bot when it told several chats at once."""
    if pacer.pause_chat(bot_id, lane, until=_on_our_clock(until), now=monotonic()):
        await persistently(_pause_bot, bot_id, until)


def hear_of_bot(bot_id: int, paused_until: datetime | None) -> None:
    """What the bot's row says, perhaps by another process or before a restart."""
    if paused_until is not None:
        pacer.pause_bot(bot_id, until=_on_our_clock(paused_until))


def as_error(until: datetime) -> dict[str, object]:
    """For the message that waits: the page counts down."""
    return {"code": "rate_limited", "retry_at": until.isoformat()}


async def _rest(seconds: float) -> datetime | None:
    if seconds >= LONGEST_REST:
        return timezone.now() + timedelta(seconds=seconds)
    await places.rest(seconds)
    return None


def _on_our_clock(moment: datetime) -> float:
    return monotonic() + (moment - timezone.now()).total_seconds()


def _pause_bot(bot_id: int, until: datetime) -> None:
    Bot.objects.filter(pk=bot_id).exclude(paused_until__gt=until).update(paused_until=until)


def _recall() -> None:
    waiting = Message.objects.filter(
        delivery=Message.Delivery.QUEUED, delivery_error__code="rate_limited"
    ).values_list("ticket__client", "delivery_error__retry_at")
    for client_id, retry_at in waiting:
        until = parse_datetime(str(retry_at))
        if until is not None and until > timezone.now():
            pacer.recall(lane_of(client_id), until=_on_our_clock(until), now=monotonic())
    pacer.recalled = True
