"""All there is of a client in one line of time: their tickets and every file of both sides, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, IntegerField, Value

from staff.models import User
from tickets.file_types import GROUPS
from tickets.models import Attachment, Client, Ticket

SHOWN = 30
TICKETS = "tickets"
TICKET, FILE = 0, 1


@dataclass(frozen=True)
class Entry:
    at: datetime
    ticket: Ticket | None
    attachment: Attachment | None


def timeline(client: Client, staff: User, *, group: str, ticket_id: int | None, page: Any) -> Page[Any]:
    """A page of entries that `staff` may see: all, the tickets alone (`group` TICKETS), one of GROUPS of
    files, or (`ticket_id`) those of one ticket. Four queries."""
    tickets = client.tickets.visible_to(staff)
    files = Attachment.objects.visible_to(staff).of_client(client).in_group(group)
    if ticket_id is not None:
        tickets, files = tickets.filter(pk=ticket_id), files.filter(message__ticket=ticket_id)
    parts = []
    if group not in GROUPS:
        parts.append(_places(tickets, TICKET, "created_at"))
    if group != TICKETS:
        parts.append(_places(files, FILE, "message__created_at"))
    places = parts[0].union(*parts[1:], all=True).order_by("-at", "-what", "-pk")
    shown = Paginator(places, SHOWN).get_page(page)
    rows = list(shown.object_list)
    shown.object_list = _entries(rows)
    return shown


def _places(rows: Any, what: int, column: str) -> Any:
    # The page's rows by id; what they show is read for those alone.
    plain = rows.select_related(None).order_by()
    return plain.annotate(what=Value(what, output_field=IntegerField()), at=F(column)).values(
        "what", "pk", "at"
    )


def _entries(rows: list[Any]) -> list[Entry]:
    ids: dict[int, list[int]] = {TICKET: [], FILE: []}
    for row in rows:
        ids[row["what"]].append(row["pk"])
    tickets = Ticket.objects.select_related("status", "assignee", "last_message")
    tickets_by_id = tickets.defer("last_message__search").in_bulk(ids[TICKET]) if ids[TICKET] else {}
    files = Attachment.objects.select_related("message__author").defer("message__search")
    files_by_id = files.in_bulk(ids[FILE]) if ids[FILE] else {}
    return [
        Entry(row["at"], tickets_by_id.get(row["pk"]), None)
        if row["what"] == TICKET
        else Entry(row["at"], None, files_by_id.get(row["pk"]))
        for row in rows
    ]
