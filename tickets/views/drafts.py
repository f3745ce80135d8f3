"""What is being written, saved while it is."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from staff.access import employee, permission_required, staff_required
from staff.roles import WORK
from tickets import drafts
from tickets.models import Ticket
from tickets.querysets import ticket_number
from tickets.views.sight import in_sight


@require_POST
@staff_required
@permission_required(WORK)
def draft(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Saves it; when a newer one is there already, answers 409 with that."""
    ticket = in_sight(request, Ticket.objects.only("pk"), ticket_id)
    saved, kept = drafts.save_draft(
        employee(request),
        ticket.pk,
        text=request.POST.get("text", ""),
        is_note=request.POST.get("mode") == "note",
        known=ticket_number(request.POST.get("known", "")) or 0,
    )
    status = HTTPStatus.OK if saved else HTTPStatus.CONFLICT
    body = {
        "ok": saved,
        "version": kept.version,
        "text": kept.text,
        "mode": "note" if kept.is_note else "reply",
    }
    return JsonResponse(body, status=status)
