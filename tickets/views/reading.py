"""How far somebody has read: reported by pages without a socket, and taken back by hand."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staff.access import employee, staff_required
from tickets import reading
from tickets.models import Ticket
from tickets.querysets import ticket_number
from tickets.views.answers import done, refused
from tickets.views.sight import in_sight


@require_POST
@staff_required
def read(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Everything up to `seq` was read."""
    found = in_sight(request, Ticket.objects.only("pk"), ticket_id)
    address = reverse("ticket", args=[ticket_id])
    seq = ticket_number(request.POST.get("seq", ""))
    if seq is None:
        return refused(request, address, _("This isn’t a number."), status=HTTPStatus.BAD_REQUEST)
    reading.mark_read(employee(request).pk, found.pk, seq)
    return done(request, address)


@require_POST
@staff_required
def unread(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """The client's last message is unread again."""
    found = in_sight(request, Ticket.objects.only("pk"), ticket_id)
    reading.mark_unread(employee(request).pk, found.pk)
    return done(request, reverse("ticket-list"))
