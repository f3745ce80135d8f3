"""The page of canned replies, and what the composer offers after a slash."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.access import employee, permission_required, staff_required
from staff.roles import WORK
from tickets import canned
from tickets.choices import choices_for
from tickets.errors import OperationRefused
from tickets.file_responses import file_response
from tickets.models import CannedFile, CannedReply, Ticket
from tickets.querysets import ticket_number
from tickets.sharing import keeps
from tickets.views.sight import in_sight


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(WORK)
def replies(request: HttpRequest) -> HttpResponseBase:
    """All that one may use; a POST saves another. A refused one keeps what was typed."""
    staff, typed = employee(request), {}
    if request.method == "POST":
        try:
            _save(request, None)
            return redirect("canned-replies")
        except OperationRefused as refusal:
            messages.error(request, str(refusal))
            typed = request.POST.dict()
    context = {
        "replies": [(reply, keeps(staff, reply)) for reply in canned.usable(staff)],
        "sharing": choices_for(staff).sharing,
        "variables": canned.VARIABLES,
        "typed": typed,
    }
    return render(request, "tickets/canned_replies.html", context)


@require_POST
@staff_required
@permission_required(WORK)
def change(request: HttpRequest, reply_id: int) -> HttpResponseBase:
    """`act` is save or delete."""
    reply = get_object_or_404(canned.usable(employee(request)), pk=reply_id)
    try:
        if request.POST.get("act") == "delete":
            canned.delete_canned(employee(request), reply)
        else:
            _save(request, reply)
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("canned-replies")


@require_safe
@staff_required
def suggestions(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """The options of the list above the composer, each with its text as it would be sent in this ticket."""
    staff = employee(request)
    ticket = in_sight(request, Ticket.objects.select_related("client"), ticket_id)
    typed = request.GET.get("q", "").replace("\0", "")[: canned.LONGEST_TITLE]
    options: list[Any] = [
        (reply, canned.filled(reply.text, ticket=ticket, staff=staff))
        for reply in canned.suggested(staff, typed)
    ]
    response = render(request, "tickets/_canned_options.html", {"options": options})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@staff_required
def file(request: HttpRequest, canned_id: int) -> HttpResponseBase:
    """A file of a reply that one may use, to be saved or taken into the composer."""
    usable = canned.usable(employee(request)).order_by().values("pk")
    found = get_object_or_404(CannedFile, pk=canned_id, reply__in=usable)
    content_type = found.mime_type or "application/octet-stream"
    try:
        return file_response(
            request, path=found.file.path, name=found.name, content_type=content_type, inline=False
        )
    except FileNotFoundError:
        raise Http404(_("This file is no longer on the disk.")) from None


def _save(request: HttpRequest, reply: CannedReply | None) -> None:
    audience, _colon, team = request.POST.get("audience", "").partition(":")
    canned.save_canned(
        employee(request),
        reply,
        shortcut=request.POST.get("shortcut", ""),
        title=request.POST.get("title", ""),
        text=request.POST.get("text", ""),
        audience=audience,
        team=ticket_number(team),
        files=request.FILES.getlist("files"),
        dropped=[number for value in request.POST.getlist("drop") if (number := ticket_number(value))],
    )
    messages.success(request, _("Saved."))
