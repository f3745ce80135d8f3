"""Updates as Telegram sent them, made into rows that nothing in them can break.

Raw text is JSON with ASCII escapes: whatever bytes came, PostgreSQL takes it, and one odd update never
stops the others.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from telegram_bridge.channels import UPDATES
from telegram_bridge.models import Update
from telegram_bridge.update_kinds import kind_of

Lane = tuple[int, int]  # a bot and a chat: what is applied in order

BIGGEST_ID = 2**63 - 1
UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})\b')
LONGEST_EXCERPT = 100_000


class Unreadable(Exception):
    """The answer is not what getUpdates answers."""


@dataclass(frozen=True)
class Raw:
    """One update before it has a row."""

    update_id: int
    raw: str
    kind: str = ""
    chat_id: int = 0
    error: str = ""


@dataclass(frozen=True)
class Batch:
    """What one getUpdates brought. `offset` confirms it; None when nothing in it can be confirmed."""

    updates: list[Raw] = field(default_factory=list)
    offset: int | None = None


def read_batch(body: bytes) -> Batch:
    """The updates in an answer of getUpdates. Raises Unreadable when it is no such answer."""
    try:
        # Broken UTF-8 becomes lone surrogates, which the ASCII escapes keep.
        result = json.loads(body.decode("utf-8", "surrogateescape"))["result"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from None
    if not isinstance(result, list):
        raise Unreadable(f"a list of updates was expected, not {type(result).__name__}")
    updates = [read_update(item) for item in result]
    confirmable = [update.update_id for update in updates if update.update_id >= 0]
    return Batch(updates, offset=confirmable[-1] + 1 if confirmable else None)


def read_update(item: Any) -> Raw:
    """One update of a batch. A broken one gets a number of its own below zero, and says what is wrong."""
    raw = json.dumps(item)
    update_id = item.get("update_id") if isinstance(item, dict) else None
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id < BIGGEST_ID:
        return Raw(_own_number(raw), raw, error="Telegram sent this without a usable update_id.")
    kind = kind_of(item)
    return Raw(update_id, raw, kind=_plain(kind)[:40], chat_id=_chat_of(item.get(kind)))


def salvage(body: bytes) -> Batch:
    """The single update in a body that can't be read as JSON, kept as failed, so that receiving goes on.

    Raises Unreadable when not even its number can be found.
    """
    found = UPDATE_ID.search(body)
    if found is None:
        raise Unreadable("no update_id in it")
    update_id = int(found[1])
    text = body[:LONGEST_EXCERPT].decode("ascii", "backslashreplace").replace("\x00", "\\x00")
    raw = Raw(update_id, text, error="Telegram's answer with this update can't be read as JSON.")
    return Batch([raw], offset=update_id + 1)


def read_posted(body: bytes) -> Raw:
    """The update in the body of a webhook request; what can't be read as JSON is kept as text, as failed.

    That gets a number of its own even where one can be made out: whatever it is, it must not take the place
    of the good update with that number.
    """
    try:
        return read_update(json.loads(body.decode("utf-8", "surrogateescape")))
    except (ValueError, RecursionError) as error:
        text = body.decode("ascii", "backslashreplace").replace("\x00", "\\x00")
        return Raw(_own_number(text), text, error=f"What was posted can't be read as JSON ({error}).")


def _own_number(raw: str) -> int:
    # The same thing sent again gets the same number, so it is stored once.
    return -1 - int.from_bytes(hashlib.sha256(raw.encode()).digest()[:7])


def _plain(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("\x00", "?")


def _chat_of(body: Any) -> int:
    """The chat whose order the update belongs to; 0 when it is about none."""
    if not isinstance(body, dict):
        return 0
    message = body.get("message")
    for holder in (body, message, {"chat": body.get("from")}, {"chat": body.get("user")}):
        chat = holder.get("chat") if isinstance(holder, dict) else None
        chat_id = chat.get("id") if isinstance(chat, dict) else None
        if isinstance(chat_id, int) and not isinstance(chat_id, bool) and abs(chat_id) <= BIGGEST_ID:
            return chat_id
    return 0


# Telegram keeps what is not confirmed for 24 hours, so a number that comes again much later is a new
# update: after a quiet week its numbers begin anew at random (https://core.telegram.org/bots/api#update).
# The old row keeps all but its number.
SAME_NUMBER_HOURS = 48
# So exact is the time of the bot's last update: webhook requests side by side would else wait for each other,
# as each would hold the bot's row until its commit.
SHOWN_TO = timedelta(seconds=1)
FIRST_RETIRED_NUMBER = -(2**62)  # far below the numbers of `_own_number`
# Several statements in one implicit transaction: one way to the database and back before Telegram is told.
STORE = """
UPDATE telegram_bridge_update AS old SET update_id = %s - old.id
FROM unnest(%s::bigint[], %s::text[]) AS new (update_id, raw)
WHERE old.bot_id = %s AND old.update_id = new.update_id AND old.raw <> new.raw AND old.stored_at < %s;
INSERT INTO telegram_bridge_update
    (bot_id, update_id, chat_id, kind, raw, state, error, tries, stored_at)
VALUES {rows} ON CONFLICT DO NOTHING;
UPDATE telegram_bridge_bot SET last_update_at = %s
WHERE id = %s AND (last_update_at IS NULL OR last_update_at < %s)
"""
ANNOUNCE = "; SELECT pg_notify(%s, %s)"


def store(bot_id: int, updates: Sequence[Raw], *, now: datetime, announce: bool = False) -> set[Lane]:
    """Commits `updates`, each once however often it came. Returns the lanes that have something to apply.

    `announce`: another process ingests; it hears of the lanes when they are committed. Raises RuntimeError
    inside a transaction: what it returns would not be committed yet.
    """
    if connection.in_atomic_block and not getattr(connection.atomic_blocks[-1], "_from_testcase", False):
        raise RuntimeError("updates must be committed when store() returns")
    numbers = [update.update_id for update in updates]
    same_since = now - timedelta(hours=SAME_NUMBER_HOURS)
    values: list[Any] = [
        FIRST_RETIRED_NUMBER,
        numbers,
        [update.raw for update in updates],
        bot_id,
        same_since,
    ]
    for update in updates:
        state = Update.State.FAILED if update.error else Update.State.STORED
        values += [bot_id, update.update_id, update.chat_id, update.kind, update.raw, state, update.error]
        values += [0, now]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(updates))
    sql, values = STORE.format(rows=rows), [*values, now, bot_id, now - SHOWN_TO]
    lanes = {(bot_id, update.chat_id) for update in updates if not update.error}
    for lane in sorted(lanes) if announce else ():
        sql += ANNOUNCE
        values += [UPDATES, "{}:{}".format(*lane)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    return lanes
