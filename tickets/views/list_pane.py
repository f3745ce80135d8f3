"""What the list pane shows: read the same way for the list alone and beside an open ticket.

An address holds the filters (`status`, `assignee`, `q`, `ordering` …), a place to begin from (`after`,
`before`) and how many `rows` one has asked for so far. A ticket's address carries the filters only.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staff.access import employee
from staff.models import User
from tickets import pages, rows
from tickets.chips import chips
from tickets.choices import choices_for
from tickets.filters import LONGEST_SEARCH, ME, MINE, NOBODY, ORDERING_WORDS, STATES, Chosen, TicketFilter
from tickets.models import Status, Ticket
from tickets.search import words_of

COLUMNS = {
    "updated_at": pgettext_lazy("column", "Updated"),
    "created_at": pgettext_lazy("column", "Created"),
}
NEIGHBOURS = {
    # What lies before and after a page, by the direction of its order.
    True: (gettext_lazy("Newer"), gettext_lazy("Older")),
    False: (gettext_lazy("Older"), gettext_lazy("Newer")),
}


@dataclass(frozen=True)
class Sort:
    """The head of a column: a click orders by it, and a second one turns the order round."""

    name: str
    words: str
    address: str
    is_current: bool
    is_descending: bool


def everybody() -> list[User]:
    """Everybody who works or worked here: names for the rows and choices for the filter."""
    columns = ("username", "first_name", "last_name", "is_active", "availability")
    return list(User.objects.by_name().only(*columns))


def list_pane(request: HttpRequest, query: QueryDict, *, selected: int | None) -> dict[str, Any]:
    """The context of `tickets/_list_pane.html`; `selected` is the ticket that is open beside it."""
    statuses, people = list(Status.objects.all()), everybody()
    reader = employee(request)
    narrowed = TicketFilter(
        query,
        Ticket.objects.visible_to(reader),
        user=reader,
        statuses=statuses,
        people=people,
        choices=choices_for(reader),
    )
    tickets, complaints, chosen = narrowed.qs, narrowed.complaints(), narrowed.chosen
    ordering, size = str(chosen["ordering"]), pages.read_size(query)
    try:
        cursor = pages.read_cursor(query, ordering)
    except pages.BrokenCursor:
        cursor = pages.Cursor()
        complaints.append(_("This page's address is damaged, so you see the first page."))
    found = rows.read(
        pages.beyond(tickets, cursor, ordering, size=size, below="assignee" if narrowed.is_nobodys else ""),
        reader=reader,
        column=ordering.removeprefix("-"),
        count=rows.counted(tickets),
        statuses=statuses,
        people=people,
        words=words_of(narrowed.asked.words),
    )
    page = pages.page_of(found.rows, cursor, ordering, lambda row: row.place, size=size)
    given = _cursor_given(query, cursor)
    address, newer_older = address_of_list(chosen), NEIGHBOURS[ordering.startswith("-")]
    more = {pages.ROWS: str(size + pages.PAGE_SIZE)} if size < pages.MOST_ROWS else {}
    return {
        "filter": narrowed,
        "chosen": chosen,
        "longest_search": LONGEST_SEARCH,
        "statuses": statuses,
        "people": people,
        "me": ME,
        "nobody": NOBODY,
        "mine": MINE,
        "states": STATES.items(),
        "priorities": [(str(value), label) for value, label in reversed(Ticket.Priority.choices)],
        "chips": [(chip, address_of_list(chip.without)) for chip in chips(narrowed)],
        "sorts": [_sort(chosen, column) for column in COLUMNS],
        "complaints": complaints,
        "cursor": cursor,
        "page": page,
        "previous_words": newer_older[0],
        "next_words": newer_older[1],
        "is_past_the_end": cursor.place is not None and not page.rows,
        "count": found.count,
        "unread": found.unread,
        "most_counted": rows.MOST_COUNTED,
        "address": address,
        "joint": "&" if "?" in address else "?",
        "list_query": query_of(chosen),
        "own_address": address_of_list(chosen, **given, **_rows_given(size)),
        "more_address": address_of_list(chosen, **given, **more) if more else "",
        "pushed_address": address_of_list(chosen, **given),
        "selected": selected,
    }


def carried(query: QueryDict) -> QueryDict:
    """What a ticket's address says about the list beside it: all but the place in it."""
    kept = query.copy()
    for name in (pages.AFTER, pages.BEFORE, pages.ROWS):
        kept.pop(name, None)
    return kept


def selected_on(request: HttpRequest) -> int | None:
    """The ticket that is open on the page from which a script asks, if any (htmx names that page)."""
    try:
        match = resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    except (Resolver404, ValueError):
        return None
    return int(match.kwargs["ticket_id"]) if match.url_name == "ticket" else None


def query_of(chosen: Chosen, **more: str) -> str:
    """`?…` with what was chosen and nothing that goes without saying; empty for nothing."""
    query = {
        name: value
        for name, value in (chosen | more).items()
        if (name, value) != ("ordering", pages.ORDERINGS[0])
    }
    return f"?{urlencode(query, doseq=True)}" if query else ""


def address_of_list(chosen: Chosen, **more: str) -> str:
    """The list narrowed and ordered as `chosen`, from its beginning unless `more` holds a cursor."""
    return reverse("ticket-list") + query_of(chosen, **more)


def _cursor_given(query: QueryDict, cursor: pages.Cursor) -> dict[str, str]:
    if cursor.place is None:
        return {}
    name = pages.BEFORE if cursor.backwards else pages.AFTER
    return {name: str(query[name])}


def _rows_given(size: int) -> dict[str, str]:
    return {pages.ROWS: str(size)} if size > pages.PAGE_SIZE else {}


def _sort(chosen: Chosen, column: str) -> Sort:
    current = str(chosen["ordering"])
    is_current = current.removeprefix("-") == column
    ordering = column if current == f"-{column}" else f"-{column}"
    return Sort(
        name=str(COLUMNS[column]),
        words=str(ORDERING_WORDS[ordering]),
        address=address_of_list({**chosen, "ordering": ordering}),
        is_current=is_current,
        is_descending=is_current and current.startswith("-"),
    )
