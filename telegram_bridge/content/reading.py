"""Reads Telegram's JSON without trusting it: a detail that is not what it should be is left out.

Only what a message can't do without raises: `Malformed`, with the name of what is wrong. So a field that is
newer, older or broken never costs the message it came with.
"""

import math
from datetime import UTC, datetime
from typing import Any

from tickets.content import storable

Json = dict[str, Any]

BIGGEST_ID = 2**63 - 1
# PostgreSQL's integer: pixels, seconds, counts.
BIGGEST_NUMBER = 2**31 - 1
LAST_MOMENT = 253_402_300_799  # the end of the year 9999


class Malformed(Exception):
    """The update lacks what it can't do without. Says what."""


def words(holder: Json, name: str, *, most: int | None = None) -> str:
    """The text `name`, fit for PostgreSQL, cut to `most` characters; empty when there is none."""
    value = holder.get(name)
    return storable(value)[:most] if isinstance(value, str) else ""


def whole(holder: Json, name: str, *, most: int = BIGGEST_NUMBER) -> int | None:
    """The number `name`, from 0 to `most`; None for anything else."""
    value = holder.get(name)
    return value if type(value) is int and 0 <= value <= most else None


def number(holder: Json, name: str) -> float | int | None:
    """The number `name`, with a fraction or without; None for anything else, also for what is not finite."""
    value = holder.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if math.isfinite(value) and abs(value) <= BIGGEST_ID else None


def identifier(holder: Json, name: str) -> int | None:
    """An id of Telegram's, which may be negative (a group); None for what can't be one."""
    value = holder.get(name)
    return value if type(value) is int and abs(value) <= BIGGEST_ID else None


def part(holder: Json, name: str) -> Json:
    """The object `name`; an empty one when there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def parts(holder: Json, name: str) -> list[Json]:
    """The objects in the list `name`."""
    value = holder.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def numbers(holder: Json, name: str) -> list[int]:
    """The whole numbers in the list `name`."""
    value = holder.get(name)
    return [one for one in value if type(one) is int] if isinstance(value, list) else []


def moment(holder: Json, name: str) -> datetime | None:
    """Telegram's Unix time `name`; None when there is none."""
    seconds = whole(holder, name, most=LAST_MOMENT)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def entities(holder: Json, name: str) -> list[Json]:
    """The MessageEntity objects `name`, as they came; what names no place in the text is none.

    https://core.telegram.org/bots/api#messageentity
    """
    found = [
        one
        for one in parts(holder, name)
        if isinstance(one.get("type"), str) and type(one.get("offset")) is type(one.get("length")) is int
    ]
    return [cleaned(one) for one in found]


def needed_part(holder: Json, name: str) -> Json:
    """The object `name`. Raises Malformed."""
    value = holder.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name}: an object is needed here")
    return value


def needed_id(holder: Json, name: str, *, of: str = "") -> int:
    """The id `name`, of what `of` names in the object around. Raises Malformed."""
    value = identifier(holder, name)
    if value is None:
        raise Malformed(f"{of}{'.' if of else ''}{name}: a whole number is needed here")
    return value


def needed_words(holder: Json, name: str) -> str:
    """The text `name`. Raises Malformed."""
    if not (value := words(holder, name)):
        raise Malformed(f"{name}: a text is needed here")
    return value


def needed_moment(holder: Json, name: str) -> datetime:
    """Telegram's Unix time `name`. Raises Malformed."""
    value = moment(holder, name)
    if value is None:
        raise Malformed(f"{name}: a time is needed here")
    return value


def cleaned(value: Any) -> Any:
    """`value` fit for jsonb, which refuses NUL and lone surrogates, and numbers that are not finite."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): cleaned(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
