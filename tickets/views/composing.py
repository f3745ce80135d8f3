"""While a reply is being written: how it will look, and that somebody writes."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staff.access import employee, staff_required
from tickets import rich_text
from tickets.forms import FormattedForm, first_error
from tickets.models import Ticket
from tickets.signals import staff_types
from tickets.views.answers import refusal_json
from tickets.views.sight import in_sight


@require_POST
@staff_required
def preview(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """The text as both sides will see it, drawn as a message's text is."""
    in_sight(request, Ticket.objects.only("pk"), ticket_id)
    form = FormattedForm(request.POST)
    if not form.is_valid():
        return refusal_json(first_error(form), status=HTTPStatus.BAD_REQUEST)
    text, entities = form.formatted()
    html = rich_text.render(text, entities) if entities else rich_text.render_plain(text)
    return render(request, "tickets/_preview.html", {"html": html})


@require_POST
@staff_required
def typing(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Tells the client's side that an answer is being typed. Writes nothing; asked for every few seconds."""
    ticket = in_sight(request, Ticket.objects.select_related("client", "status"), ticket_id)
    if not ticket.can_be_answered_by(employee(request)):
        return refusal_json(_("Only who has this ticket can answer it."))
    staff_types.send(sender=Ticket, ticket=ticket, staff=employee(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
