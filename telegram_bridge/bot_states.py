"""How the bots are, in words for everybody: for the page about them and for the strip on every page."""

import time
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from telegram_bridge.models import Bot

State = Bot.State

# The bot's process shows every 5 s that it lives (runner.py); this much silence is no coincidence.
SILENCE = timedelta(seconds=45)
# Starting or switching longer than this is trouble too.
LONGEST_START = timedelta(seconds=60)
# What came in is applied in well under a second; so long a wait means that nobody applies it.
LONGEST_WAIT = timedelta(seconds=60)
# The bot's process asks Telegram every minute (webhooks.py). An older answer says nothing about now.
FRESH = timedelta(minutes=3)
RECENT_ERROR = timedelta(minutes=5)
# Fewer may wait at Telegram at any moment.
MANY_PENDING = 10
STRIP_SECONDS = 10.0

# One query, from the small index of what waits (models.py). By the oldest time, not by the first row: for
# that PostgreSQL may walk through all that was ever received.
WITH_OLDEST = """
SELECT bot.*, (
    SELECT min(stored_at) FROM telegram_bridge_update WHERE bot_id = bot.id AND state = 'stored'
) AS oldest_waiting
FROM telegram_bridge_bot AS bot ORDER BY bot.id
"""


def is_silent(bot: Bot, now: datetime) -> bool:
    """Whether the process that receives for it seems to be gone."""
    if bot.seen_at is None or now - bot.seen_at > SILENCE:
        return True
    return bot.is_enabled and bot.state == State.STOPPED


def is_well(bot: Bot, now: datetime) -> bool:
    """Whether clients' messages come in (or are about to, right after the start), or are not to."""
    if not bot.is_enabled:
        return True
    if is_silent(bot, now):
        return False
    if bot.state in {State.STARTING, State.SWITCHING}:
        return bot.state_changed_at is not None and now - bot.state_changed_at <= LONGEST_START
    return bot.state == State.RUNNING


def in_words(bot: Bot, now: datetime) -> str:
    """What it is doing, and if that is nothing, why and what helps."""
    if not bot.is_enabled:
        return _(
            "Receiving is stopped: messages wait at Telegram (for 24 hours at most). Replies still go out."
        )
    if is_silent(bot, now):
        return _("Not running: messages wait at Telegram (for 24 hours at most). Start the bot's process.")
    return {
        State.RUNNING: _("Receives and answers."),
        State.STARTING: _("Is starting."),
        State.SWITCHING: _("Is switching how it receives. Nothing is lost meanwhile."),
        State.CONFLICT: _("Another program receives for this bot. Stop that program; it goes on by itself."),
        State.UNAUTHORIZED: _("Telegram refuses the token. An administrator has to enter the right one."),
        State.UNREACHABLE: _("Telegram can't be reached. It is tried again by itself."),
        State.NO_WEBHOOK: _(
            "Telegram doesn't take the webhook: messages wait there (for 24 hours at most). Correct what is "
            "said below, or switch to long polling."
        ),
        State.STOPPED: "",
    }[State(bot.state)]


def backlog_in_words(bot: Bot, oldest_waiting: datetime | None, now: datetime) -> str:
    """What piles up, here or at Telegram; empty when nothing does."""
    if oldest_waiting is not None and now - oldest_waiting > LONGEST_WAIT:
        minutes = int((now - oldest_waiting).total_seconds() // 60)
        words = ngettext(
            "Messages have come in that don't appear: the oldest has waited for %(count)s minute.",
            "Messages have come in that don't appear: the oldest has waited for %(count)s minutes.",
            minutes,
        )
        return words % {"count": minutes}
    checked, info = bot.webhook_checked_at, bot.webhook_info
    if not bot.is_enabled or checked is None or now - checked > FRESH:
        return ""
    pending = info.get("pending_update_count", 0)
    failed_at = webhook_failed_at(bot)
    if pending and bot.mode == Bot.Mode.WEBHOOK and failed_at and checked - failed_at < RECENT_ERROR:
        return _(
            "Telegram can't deliver messages to this server; what it says is below. It tries again by itself."
        )
    if pending > info.get("pending_before", 0) >= MANY_PENDING:
        words = ngettext(
            "More and more messages wait at Telegram: %(count)s by now.",
            "More and more messages wait at Telegram: %(count)s by now.",
            pending,
        )
        return words % {"count": pending}
    return ""


def webhook_failed_at(bot: Bot) -> datetime | None:
    """When Telegram last failed to deliver to the webhook."""
    seconds = bot.webhook_info.get("last_error_date")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


class Strip:
    """Which bots are in trouble, asked of the database at most every STRIP_SECONDS by this process."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._bots: list[Bot] = []

    def bots(self) -> list[Bot]:
        if time.monotonic() - self._asked_at >= STRIP_SECONDS:
            now = timezone.now()
            self._bots = [bot for bot in Bot.objects.raw(WITH_OLDEST) if _in_trouble(bot, now)]
            self._asked_at = time.monotonic()
        return self._bots

    def forget(self) -> None:
        """The next page asks anew."""
        self._asked_at = float("-inf")


def _in_trouble(bot: Bot, now: datetime) -> bool:
    oldest = bot.oldest_waiting  # type: ignore[attr-defined]  # of WITH_OLDEST
    return not is_well(bot, now) or bool(backlog_in_words(bot, oldest, now))


strip = Strip()


def bots_in_trouble(request: HttpRequest) -> dict[str, object]:
    """For templates/base.html, which asks only on pages for employees."""
    return {"bots_in_trouble": strip.bots}
