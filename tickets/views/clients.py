"""A client's page: all of their tickets and files; and all that failed to reach them, sent again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from staff.access import employee, staff_required
from staff.models import User
from tickets import operations
from tickets.errors import OperationRefused
from tickets.file_types import GROUPS
from tickets.models import Attachment, Client, Ticket
from tickets.querysets import ticket_number
from tickets.views.answers import done, from_script, refused
from tickets.views.sight import in_sight

TICKETS_SHOWN = 20
FILES_SHOWN = 24


@require_safe
@staff_required
def client(request: HttpRequest, client_id: int) -> HttpResponseBase:
    """Their card, tickets newest first, and files by kind and (with `ticket`) of one ticket."""
    found = in_sight(request, Client.objects.select_related("inbox"), client_id)
    asked = request.GET.get("files", "")
    group = asked if asked in GROUPS else ""
    ticket_id = ticket_number(request.GET.get("ticket", ""))
    files = Attachment.objects.visible_to(employee(request)).of_client(found).in_group(group).order_by("-pk")
    if ticket_id is not None:
        files = files.filter(message__ticket=ticket_id)
    tickets = (
        found.tickets.visible_to(employee(request))
        .select_related("status", "assignee", "last_message")
        .order_by("-pk")
    )
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


@require_POST
@staff_required
def send_again(request: HttpRequest, client_id: int) -> HttpResponseBase:
    """Every message that failed, in order; back to the ticket in which they are."""
    client = in_sight(request, Client.objects, client_id)
    ticket = Ticket.objects.visible_to(employee(request)).open().filter(client=client).first()
    address = reverse("ticket", args=[ticket.pk]) if ticket else reverse("client", args=[client_id])
    try:
        result = operations.send_all_again(client, staff=employee(request))
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    if not result.queued and result.refused:
        words = ngettext(
            "%(count)s message was not sent again: only who has its ticket in progress can do that.",
            "%(count)s messages were not sent again: only who has their ticket in progress can do that.",
            result.refused,
        )
        return refused(request, address, words % {"count": result.refused})
    if not from_script(request):
        words = ngettext(
            "%(count)s message is sent again.", "%(count)s messages are sent again.", result.queued
        )
        messages.success(request, words % {"count": result.queued})
    return done(request, address, queued=result.queued, refused=result.refused)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
