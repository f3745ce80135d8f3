"""A client's page: who they are, what staff keep of them, all of their tickets and files; and all that failed
to reach them, sent again."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from staff.access import employee, permission_required, staff_required
from staff.models import User
from staff.roles import WORK
from tickets import client_changes, operations
from tickets.choices import choices_for
from tickets.client_timeline import TICKETS, timeline
from tickets.errors import OperationRefused
from tickets.file_types import GROUPS
from tickets.models import Client, Tag, Ticket
from tickets.property_forms import tag_named
from tickets.querysets import ticket_number
from tickets.views.answers import done, from_script, refused
from tickets.views.sight import in_sight


@require_safe
@staff_required
def client(request: HttpRequest, client_id: int) -> HttpResponseBase:
    """Their card, and their tickets and files in one line of time: all, by kind, or of one ticket."""
    return _draw(request, client_id)


def _draw(
    request: HttpRequest, client_id: int, *, typed: dict[str, Any] | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    staff = employee(request)
    clients = Client.objects.select_related("inbox", "banned_by").prefetch_related("tags")
    found = in_sight(request, clients, client_id)
    asked = request.GET.get("files", "")
    group = asked if asked in {*GROUPS, TICKETS} else ""
    ticket_id = ticket_number(request.GET.get("ticket", ""))
    page = timeline(found, staff, group=group, ticket_id=ticket_id, page=request.GET.get("page"))
    context = {
        "client": found,
        "attributes": sorted(found.attributes.items()),
        "typed": typed or {},
        "timeline": page,
        "group": group,
        "groups": [TICKETS, *GROUPS],
        "only_ticket": ticket_id,
        "offered": choices_for(staff),
        "colleagues": User.objects.active().by_name(),
    }
    return _uncached(render(request, "tickets/client.html", context, status=status))


@require_POST
@staff_required
@permission_required(WORK)
def change_client(request: HttpRequest, client_id: int, name: str) -> HttpResponseBase:
    """`name` is one of CHANGES; a refusal says why, and leaves what was typed in its place."""
    if name not in CHANGES:
        raise Http404
    found = in_sight(request, Client.objects, client_id)
    try:
        CHANGES[name](found, request.POST, employee(request))
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
        return _draw(request, client_id, typed=request.POST.dict(), status=HTTPStatus.CONFLICT)
    return redirect("client", client_id)


def _notes(found: Client, form: QueryDict, staff: User) -> None:
    client_changes.set_notes(found, notes=form.get("notes", ""), staff=staff, was=form.get("was", ""))


def _attribute(found: Client, form: QueryDict, staff: User) -> None:
    value = "" if form.get("act") == "remove" else form.get("value", "")
    client_changes.set_attribute(
        found, name=form.get("name", ""), value=value, staff=staff, was=form.get("was", "")
    )


def _add_tag(found: Client, form: QueryDict, staff: User) -> None:
    client_changes.change_tags(found, add=[tag_named(form.get("tag", ""), staff)], remove=[], staff=staff)


def _remove_tag(found: Client, form: QueryDict, staff: User) -> None:
    tag = Tag.objects.filter(pk=ticket_number(form.get("tag", "")) or 0).first()
    if tag is not None:
        client_changes.change_tags(found, add=[], remove=[tag], staff=staff)


def _ban(found: Client, form: QueryDict, staff: User) -> None:
    client_changes.set_banned(found, banned=True, staff=staff)


def _unban(found: Client, form: QueryDict, staff: User) -> None:
    client_changes.set_banned(found, banned=False, staff=staff)


CHANGES: dict[str, Callable[[Client, QueryDict, User], None]] = {
    "notes": _notes,
    "attribute": _attribute,
    "add-tag": _add_tag,
    "remove-tag": _remove_tag,
    "ban": _ban,
    "unban": _unban,
}


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
