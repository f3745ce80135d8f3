"""What a ticket is filed under, changed from beside its conversation: one form, one verb."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from staff.access import employee, staff_required
from tickets.errors import OperationRefused
from tickets.forms import first_error
from tickets.models import Ticket
from tickets.property_forms import FORMS
from tickets.views.answers import done, refused
from tickets.views.sight import in_sight


@require_POST
@staff_required
def change_property(request: HttpRequest, ticket_id: int, name: str) -> HttpResponseBase:
    """`name` is one of tickets/property_forms.py's."""
    if name not in FORMS:
        raise Http404
    ticket = in_sight(request, Ticket.objects, ticket_id)
    address, form = reverse("ticket", args=[ticket_id]), FORMS[name](request.POST)
    if not form.is_valid():
        return refused(request, address, first_error(form), status=HTTPStatus.BAD_REQUEST)
    try:
        form.apply(ticket, employee(request))
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    return done(request, address)
