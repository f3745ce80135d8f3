"""The ticket list: the same address gives the page, or to htmx and the live script its changing part."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from staff.access import employee, staff_required
from staff.models import User
from tickets import pages, rows
from tickets.filters import LONGEST_SEARCH, ME, NOBODY, ORDERING_WORDS, TicketFilter
from tickets.models import Status, Ticket

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


@require_safe
@staff_required
def ticket_list(request: HttpRequest) -> HttpResponseBase:
    statuses, people = list(Status.objects.all()), _people()
    narrowed = TicketFilter(
        request.GET, Ticket.objects.all(), user=employee(request), statuses=statuses, people=people
    )
    tickets, complaints, chosen = narrowed.qs, narrowed.complaints(), narrowed.chosen
    ordering = chosen["ordering"]
    try:
        cursor = pages.read_cursor(request.GET, ordering)
    except pages.BrokenCursor:
        cursor = pages.Cursor()
        complaints.append(_("This page's address is damaged, so you see the first page."))
    found, count = rows.read(
        pages.beyond(tickets, cursor, ordering, below="assignee" if narrowed.is_nobodys else ""),
        column=ordering.removeprefix("-"),
        count=rows.counted(tickets),
        statuses=statuses,
        people=people,
    )
    page = pages.page_of(found, cursor, ordering, lambda row: row.place)
    address = _address(request, chosen)
    if cursor.backwards and not page.previous:
        # Back at the beginning: the first page has no cursor, so that what is new appears on it.
        return _uncached(HttpResponseRedirect(address))
    newer, older = NEIGHBOURS[ordering.startswith("-")]
    context = {
        "filter": narrowed,
        "chosen": chosen,
        "longest_search": LONGEST_SEARCH,
        "statuses": statuses,
        "me": ME,
        "nobody": NOBODY,
        "sorts": [_sort(request, chosen, column) for column in COLUMNS],
        "complaints": complaints,
        "page": page,
        "previous_words": newer,
        "next_words": older,
        "is_past_the_end": cursor.place is not None and not page.rows,
        "count": count,
        "most_counted": rows.MOST_COUNTED,
        "address": address,
        "joint": "&" if "?" in address else "?",
    }
    response = _uncached(render(request, _template(request), context))
    # To htmx: the address that the page has now, with what was understood and nothing empty.
    response["HX-Push-Url"] = _address(request, chosen, **_cursor_given(request, cursor))
    return response


def _template(request: HttpRequest) -> str:
    return "tickets/_list.html" if "HX-Request" in request.headers else "tickets/list.html"


def _people() -> list[User]:
    """Everybody who works or worked here: names for the rows and choices for the filter."""
    columns = ("username", "first_name", "last_name", "is_active")
    return list(User.objects.by_name().only(*columns))


def _address(request: HttpRequest, chosen: dict[str, str], **more: str) -> str:
    """The list narrowed and ordered as `chosen`, from its beginning unless `more` holds a cursor."""
    query = {
        name: value
        for name, value in (chosen | more).items()
        if (name, value) != ("ordering", pages.ORDERINGS[0])
    }
    return f"{request.path}?{urlencode(query)}" if query else request.path


def _cursor_given(request: HttpRequest, cursor: pages.Cursor) -> dict[str, str]:
    if cursor.place is None:
        return {}
    name = pages.BEFORE if cursor.backwards else pages.AFTER
    return {name: request.GET[name]}


def _sort(request: HttpRequest, chosen: dict[str, str], column: str) -> Sort:
    current = chosen["ordering"]
    is_current = current.removeprefix("-") == column
    ordering = column if current == f"-{column}" else f"-{column}"
    return Sort(
        name=str(COLUMNS[column]),
        words=str(ORDERING_WORDS[ordering]),
        address=_address(request, chosen, ordering=ordering),
        is_current=is_current,
        is_descending=is_current and current.startswith("-"),
    )


def _uncached(response: Any) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"  # "back" must show neither yesterday's list nor a mere part
    return response  # type: ignore[no-any-return]
