"""A client's page: all of their tickets and files."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from staff.access import staff_required
from staff.models import User
from tickets.file_types import GROUPS
from tickets.models import Attachment, Client
from tickets.querysets import ticket_number

TICKETS_SHOWN = 20
FILES_SHOWN = 24


@require_safe
@staff_required
def client(request: HttpRequest, client_id: int) -> HttpResponseBase:
    """Their card, tickets newest first, and files by kind and (with `ticket`) of one ticket."""
    found = get_object_or_404(Client.objects.select_related("inbox"), pk=client_id)
    asked = request.GET.get("files", "")
    group = asked if asked in GROUPS else ""
    ticket_id = ticket_number(request.GET.get("ticket", ""))
    files = Attachment.objects.of_client(found).in_group(group).order_by("-pk")
    if ticket_id is not None:
        files = files.filter(message__ticket=ticket_id)
    tickets = found.tickets.select_related("status", "assignee", "last_message").order_by("-pk")
    context = {
        "client": found,
        "tickets": Paginator(tickets, TICKETS_SHOWN).get_page(request.GET.get("page")),
        "files": Paginator(files, FILES_SHOWN).get_page(request.GET.get("file_page")),
        "file_group": group,
        "file_groups": GROUPS,
        "file_ticket": ticket_id,
        "colleagues": User.objects.active().by_name(),
    }
    return _uncached(render(request, "tickets/client.html", context))


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
