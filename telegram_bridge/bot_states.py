"""How the bots are, in words for everybody: for the page about them and for the strip on every page."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from telegram_bridge.models import Bot, Update
from tickets.models import Message

State = Bot.State

# The bot's process shows every 5 s that it lives (runner.py); this much silence is no coincidence.
SILENCE = timedelta(seconds=45)
# Starting longer than this is trouble too.
LONGEST_START = timedelta(seconds=60)
STRIP_SECONDS = 10.0
UNSETTLED = ("queued", "sending", "failed", "unknown")


@dataclass
class BotReport:
    """One bot as the page shows it."""

    bot: Bot
    words: str
    is_well: bool
    is_alive: bool
    waiting_updates: int = 0
    failed_updates: int = 0
    outgoing: dict[str, int] = field(default_factory=dict)

    @property
    def queued(self) -> int:
        return self.outgoing.get("queued", 0) + self.outgoing.get("sending", 0)

    @property
    def failed(self) -> int:
        return self.outgoing.get("failed", 0)

    @property
    def unknown(self) -> int:
        return self.outgoing.get("unknown", 0)


def is_silent(bot: Bot, now: datetime) -> bool:
    """Whether the process that receives for it seems to be gone."""
    return bot.state == State.STOPPED or bot.seen_at is None or now - bot.seen_at > SILENCE


def is_well(bot: Bot, now: datetime) -> bool:
    """Whether clients' messages come in (or are about to, right after the start)."""
    if is_silent(bot, now):
        return False
    if bot.state == State.STARTING:
        return bot.state_changed_at is not None and now - bot.state_changed_at <= LONGEST_START
    return bot.state == State.RUNNING


def in_words(bot: Bot, now: datetime) -> str:
    """What it is doing, and if that is nothing, why and what helps."""
    if is_silent(bot, now):
        return _("Not running: messages wait at Telegram (for 24 hours at most). Start the bot's process.")
    return {
        State.RUNNING: _("Receives and answers."),
        State.STARTING: _("Is starting."),
        State.CONFLICT: _("Another program receives for this bot. Stop that program; it goes on by itself."),
        State.UNAUTHORIZED: _("Telegram refuses the token. An administrator has to enter the right one."),
        State.UNREACHABLE: _("Telegram can't be reached. It is tried again by itself."),
    }[State(bot.state)]


def reports(now: datetime) -> list[BotReport]:
    """All bots with their numbers; four queries, however many bots there are."""
    bots = list(Bot.objects.select_related("inbox").order_by("inbox__name", "pk"))
    found = {
        bot.pk: BotReport(bot, in_words(bot, now), is_well(bot, now), not is_silent(bot, now)) for bot in bots
    }
    by_inbox = {report.bot.inbox_id: report for report in found.values()}
    # One query for each state: so each has its own small index (models.py).
    for state, name in ((Update.State.STORED, "waiting_updates"), (Update.State.FAILED, "failed_updates")):
        for bot_id, count in _counted(state):
            if bot_id in found:
                setattr(found[bot_id], name, count)
    # A failed reply of a closed ticket is history.
    unsettled = Message.objects.filter(delivery__in=UNSETTLED, ticket__closed_at__isnull=True).order_by()
    by_delivery = unsettled.values_list("ticket__client__inbox", "delivery").annotate(count=Count("pk"))
    for inbox_id, delivery, count in by_delivery:
        if inbox_id in by_inbox:
            by_inbox[inbox_id].outgoing[delivery] = count
    return list(found.values())


def _counted(state: Update.State) -> list[tuple[int, int]]:
    rows = Update.objects.filter(state=state).order_by().values_list("bot").annotate(count=Count("pk"))
    return [(bot_id, count) for bot_id, count in rows]


class Strip:
    """Which bots are in trouble, asked of the database at most every STRIP_SECONDS by this process."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._bots: list[Bot] = []

    def bots(self) -> list[Bot]:
        if time.monotonic() - self._asked_at >= STRIP_SECONDS:
            now = timezone.now()
            self._bots = [bot for bot in Bot.objects.all() if not is_well(bot, now)]
            self._asked_at = time.monotonic()
        return self._bots

    def forget(self) -> None:
        """The next page asks anew."""
        self._asked_at = float("-inf")


strip = Strip()


def bots_in_trouble(request: HttpRequest) -> dict[str, object]:
    """For templates/base.html, which asks only on pages for employees."""
    return {"bots_in_trouble": strip.bots}
