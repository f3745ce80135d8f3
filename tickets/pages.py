"""Pages of the ticket list by keyset: page 1 and page 10,000 cost the same, and none is counted through.

A cursor names the place between two tickets: the value that the list is ordered by, and the id for ties.
"""

import base64
import binascii
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import BooleanField, DateTimeField, F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import QueryDict

from tickets.models import Ticket

PAGE_SIZE = 25
# As far as a list grows while one scrolls; from there on "Older" leads to a page of its own.
MOST_ROWS = 200
ORDERINGS = ("-updated_at", "updated_at", "-created_at", "created_at")
AFTER, BEFORE, ROWS = "after", "before", "rows"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAYOUT = ">cqq"  # which column, microseconds since the epoch, id

Row = TypeVar("Row")


class BrokenCursor(ValueError):
    """The text is no cursor of this ordering."""


@dataclass(frozen=True)
class Place:
    """A ticket's place in the order: what is beyond it comes on the next page."""

    at: datetime
    pk: int


@dataclass(frozen=True)
class Cursor:
    """What the address asks for: the page after a place, or the one before it; neither is the first page."""

    place: Place | None = None
    backwards: bool = False


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the query parameters (`after=…`, `before=…`) of its neighbours, if any."""

    rows: list[Any]
    next: str = ""
    previous: str = ""


def cursor_for(ticket: Ticket, *, ordering: str) -> str:
    """The query parameter for the page that begins after `ticket`."""
    column = ordering.removeprefix("-")
    return f"{AFTER}={_written(Place(getattr(ticket, column), ticket.pk), column)}"


def read_cursor(query: QueryDict, ordering: str) -> Cursor:
    """The cursor in an address. Raises BrokenCursor."""
    for name in (AFTER, BEFORE):
        if text := query.get(name):
            return Cursor(_read(text, ordering.removeprefix("-")), backwards=name == BEFORE)
    return Cursor()


def read_size(query: QueryDict) -> int:
    """How many rows an address asks for: whole pages, at least one and at most MOST_ROWS."""
    text = query.get(ROWS, "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    return min(max(asked // PAGE_SIZE, 1) * PAGE_SIZE, MOST_ROWS)


def beyond(
    tickets: QuerySet[Ticket], cursor: Cursor, ordering: str, *, size: int = PAGE_SIZE, below: str = ""
) -> QuerySet[Ticket]:
    """`tickets` in order, from the cursor on (backwards: nearest to it first), one more than `size`.

    `below`: a column that is NULL in all of them. PostgreSQL doesn't see that an index which begins with it
    has the order already, unless the order begins with it too.
    """
    column, descending = ordering.removeprefix("-"), ordering.startswith("-")
    downwards = descending != cursor.backwards
    if cursor.place is not None:
        # One comparison of (column, id): what the index is ordered by, so that it begins right there.
        here = _row(F(column), F("pk"))
        there = _row(
            Value(cursor.place.at, output_field=DateTimeField()),
            Value(cursor.place.pk),
        )
        compare = LessThan if downwards else GreaterThan
        tickets = tickets.filter(compare(here, there))
    sign = "-" if downwards else ""
    leading = [below if downwards else f"-{below}"] if below else []
    return tickets.order_by(*leading, f"{sign}{column}", f"{sign}pk")[: size + 1]


def page_of(
    found: list[Row],
    cursor: Cursor,
    ordering: str,
    place: Callable[[Row], Place],
    *,
    size: int = PAGE_SIZE,
) -> Page:
    """The page of what `beyond` found; `place` tells a row's place."""
    more, rows = len(found) > size, found[:size]
    if cursor.backwards:
        rows.reverse()
    if not rows:
        return Page([])
    column = ordering.removeprefix("-")
    has_next = more or cursor.backwards
    has_previous = cursor.place is not None if not cursor.backwards else more
    return Page(
        rows,
        next=f"{AFTER}={_written(place(rows[-1]), column)}" if has_next else "",
        previous=f"{BEFORE}={_written(place(rows[0]), column)}" if has_previous else "",
    )


def _row(*expressions: Any) -> Func:
    return Func(*expressions, function="ROW", output_field=BooleanField())


def _written(place: Place, column: str) -> str:
    microseconds = (place.at - _EPOCH) // timedelta(microseconds=1)
    packed = struct.pack(_LAYOUT, column[:1].encode(), microseconds, place.pk)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(text: str, column: str) -> Place:
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        first, microseconds, pk = struct.unpack(_LAYOUT, packed)
        place = Place(_EPOCH + timedelta(microseconds=microseconds), pk)
    except (ValueError, binascii.Error, struct.error, OverflowError) as error:
        raise BrokenCursor(text) from error
    if first != column[:1].encode():
        raise BrokenCursor(text)  # of a list in another order
    return place
