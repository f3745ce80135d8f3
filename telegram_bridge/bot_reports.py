"""All that the page about the bots shows, in a few queries however many bots there are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from telegram_bridge import receiving_words
from telegram_bridge.bot_states import backlog_in_words, in_words, is_silent, is_well, webhook_failed_at
from telegram_bridge.models import Bot
from tickets import delivery_words
from tickets.models import Message

State = Bot.State

UNSETTLED = ("queued", "sending", "failed", "unknown")
# Counted so far and no further: a bot in a busy group has any number of updates that are not handled.
MOST_COUNTED = 1000
RECENT_REPAIR_HOURS = 24
# Each part from a small index of its own (models.py).
UPDATES = """
SELECT bot.id,
    (SELECT count(*) FROM (SELECT FROM telegram_bridge_update
        WHERE bot_id = bot.id AND state = 'stored' LIMIT %(most)s) AS stored),
    (SELECT count(*) FROM (SELECT FROM telegram_bridge_update
        WHERE bot_id = bot.id AND state = 'failed' LIMIT %(most)s) AS failed),
    (SELECT count(*) FROM (SELECT FROM telegram_bridge_update
        WHERE bot_id = bot.id AND state = 'skipped' LIMIT %(most)s) AS skipped),
    (SELECT min(stored_at) FROM telegram_bridge_update WHERE bot_id = bot.id AND state = 'stored'),
    (SELECT error FROM telegram_bridge_update WHERE bot_id = bot.id AND state = 'failed'
        ORDER BY id DESC LIMIT 1)
FROM telegram_bridge_bot AS bot
"""


@dataclass
class BotReport:
    """One bot as the page shows it."""

    bot: Bot
    now: datetime
    waiting_updates: int = 0
    failed_updates: int = 0
    skipped_updates: int = 0
    oldest_waiting: datetime | None = None
    update_error: str = ""
    outgoing: dict[str, int] = field(default_factory=dict)
    # Of those on their way: how many wait because Telegram asked for it.
    limited: int = 0
    last_failure: Message | None = None

    @property
    def words(self) -> str:
        """Empty when all that can be said is that it receives, and yet something piles up."""
        if self.backlog and self.bot.state == State.RUNNING and self.is_alive:
            return ""
        return in_words(self.bot, self.now)

    @property
    def error(self) -> str:
        """What the bot's process says about a bot in trouble, unless the words say it all."""
        said = self.bot.state_error
        if not said or said == receiving_words.REFUSED or self.tone != "trouble":
            return ""
        return gettext(said)

    @property
    def backlog(self) -> str:
        return backlog_in_words(self.bot, self.oldest_waiting, self.now)

    @property
    def is_alive(self) -> bool:
        return not is_silent(self.bot, self.now)

    @property
    def tone(self) -> str:
        """well, busy (about to be well), off or trouble."""
        if not is_well(self.bot, self.now) or self.backlog:
            return "trouble"
        if not self.bot.is_enabled:
            return "off"
        return "busy" if self.bot.state in {State.STARTING, State.SWITCHING} else "well"

    @property
    def is_changing(self) -> bool:
        """Whether the page should soon look again."""
        return self.bot.state in {State.STARTING, State.SWITCHING}

    @property
    def queued(self) -> int:
        return self.outgoing.get("queued", 0) - self.limited

    @property
    def sending(self) -> int:
        return self.outgoing.get("sending", 0)

    @property
    def failed(self) -> int:
        return self.outgoing.get("failed", 0)

    @property
    def unknown(self) -> int:
        return self.outgoing.get("unknown", 0)

    @property
    def failure_words(self) -> str:
        """Why the last reply of an open ticket was not delivered."""
        return delivery_words.in_words(self.last_failure.delivery_error) if self.last_failure else ""

    @property
    def paused_until(self) -> datetime | None:
        """While Telegram asks the bot as a whole to wait."""
        until = self.bot.paused_until
        return until if until is not None and until > self.now else None

    @property
    def pending(self) -> int | None:
        """How many messages wait at Telegram, by its last word."""
        if self.bot.webhook_checked_at is None:
            return None
        return int(self.bot.webhook_info.get("pending_update_count", 0))

    @property
    def webhook_failed_at(self) -> datetime | None:
        return webhook_failed_at(self.bot)

    @property
    def repaired_at(self) -> datetime | None:
        """When the webhook was last found changed, and was put right; not if that is long ago."""
        at = parse_datetime(self.bot.webhook_info.get("repair", {}).get("at", ""))
        if at is None or (self.now - at).total_seconds() > RECENT_REPAIR_HOURS * 3600:
            return None
        return at


def reports(now: datetime, *, only: int | None = None) -> list[BotReport]:
    """All bots, or the one with this row, with their numbers; four queries."""
    bots = Bot.objects.select_related("inbox").order_by("inbox__name", "pk")
    if only is not None:
        bots = bots.filter(pk=only)
    found = {bot.pk: BotReport(bot, now) for bot in bots}
    for bot_id, waiting, failed, skipped, oldest, error in _updates():
        if bot_id in found:
            report = found[bot_id]
            report.waiting_updates, report.failed_updates, report.skipped_updates = waiting, failed, skipped
            report.oldest_waiting, report.update_error = oldest, error or ""
    by_inbox = {report.bot.inbox_id: report for report in found.values()}
    # A failed reply of a closed ticket is history.
    unsettled = Message.objects.filter(delivery__in=UNSETTLED, ticket__closed_at__isnull=True).order_by()
    is_limited = Q(delivery="queued", delivery_error__code="rate_limited")
    by_delivery = unsettled.values_list("ticket__client__inbox", "delivery")
    for inbox_id, delivery, count, limited in by_delivery.annotate(
        count=Count("pk"), limited=Count("pk", filter=is_limited)
    ):
        if inbox_id in by_inbox:
            by_inbox[inbox_id].outgoing[delivery] = count
            by_inbox[inbox_id].limited += limited
    failures = unsettled.filter(delivery="failed").select_related("ticket__client")
    for message in failures.order_by("ticket__client__inbox_id", "-pk").distinct("ticket__client__inbox_id"):
        if message.ticket.client.inbox_id in by_inbox:
            by_inbox[message.ticket.client.inbox_id].last_failure = message
    return list(found.values())


def _updates() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(UPDATES, {"most": MOST_COUNTED})
        return list(cursor.fetchall())
