"""Applies stored updates, in order within a chat, each in one transaction with its own row.

Several processes may do this at once: whoever holds the lane's advisory lock takes its oldest update.
"""

import logging
from enum import IntEnum

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from telegram_bridge import database_faults, hot_queries, incoming
from telegram_bridge.incoming import Skipped, Source
from telegram_bridge.models import Update
from telegram_bridge.storing import Lane
from tickets.content import storable
from tickets.journal import change

logger = logging.getLogger(__name__)

State = Update.State
# Two processes may collide once (a client's first ticket, reopened by staff); a fault of the update stays.
MOST_COLLISIONS = 5


def waiting_lanes() -> list[Lane]:
    """Every lane that has an update to apply."""
    rows = Update.objects.filter(state=State.STORED).order_by().values_list("bot_id", "chat_id").distinct()
    return list(rows)


class Applied(IntEnum):
    """What became of one look at a lane; false when there was nothing to apply."""

    NOTHING = 0
    THE_LAST = 1
    MORE_TO_COME = 2


def apply_next(lane: Lane, inbox_id: int) -> Applied:
    """Applies the oldest stored update of `lane`, and says whether another waited behind it.

    An update that is itself at fault is marked failed and the lane goes on. Raises what passes by itself
    (telegram_bridge/database_faults.py): the update is then as if never tried.
    """
    for collision in range(MOST_COLLISIONS):
        taken: list[Update] = []
        try:
            return _apply_oldest(lane, inbox_id, taken, careful=collision > 0)
        except Exception as error:
            if database_faults.passes(error) or not taken:
                raise
            if isinstance(error, IntegrityError) and collision + 1 < MOST_COLLISIONS:
                continue
            _mark_failed(taken[0], error)
            return Applied.MORE_TO_COME
    raise AssertionError("unreachable: the last round returns or raises")


def _apply_oldest(lane: Lane, inbox_id: int, taken: list[Update], *, careful: bool) -> Applied:
    bot_id, chat_id = lane
    with change() as opened:
        found = hot_queries.take_oldest(bot_id, chat_id, inbox_id)
        if found is None:
            return Applied.NOTHING
        update = found.update
        taken.append(update)
        source = Source(bot_id, inbox_id, update.pk, found.client)
        note = incoming.apply(opened, source, update, careful=careful)
        state = State.SKIPPED if isinstance(note, Skipped) else State.DONE
        hot_queries.mark_done(update, state, source.remembered, note=note, at=opened.now)
    return Applied.THE_LAST if found.is_last else Applied.MORE_TO_COME


def _mark_failed(update: Update, error: Exception) -> None:
    """In a transaction of its own: what the update had begun is rolled back."""
    words = storable(f"{type(error).__name__}: {error}")[:2000]
    with transaction.atomic(durable=True):
        Update.objects.filter(pk=update.pk, state=State.STORED).update(
            state=State.FAILED, error=words, tries=F("tries") + 1, done_at=timezone.now()
        )
    logger.warning("Update %s of bot %s failed and is kept: %s", update.update_id, update.bot_id, words)
