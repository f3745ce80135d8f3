"""A note among staff, written in the composer; a refusal leaves the text where it was."""

import uuid
from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from staff.access import employee, staff_required
from tickets import drafts, properties
from tickets.errors import OperationRefused
from tickets.forms import ReplyForm, first_error
from tickets.mentions import called_in
from tickets.models import Ticket
from tickets.views.answers import done
from tickets.views.changes import not_sent
from tickets.views.sight import in_sight


@require_POST
@staff_required
def note(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    viewer = employee(request)
    ticket = in_sight(request, Ticket.objects, ticket_id)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return not_sent(request, ticket, first_error(form), status=HTTPStatus.BAD_REQUEST)
    content = form.content()
    try:
        mentioned, calls = called_in(content.text, ticket)
        # Buttons and how to send are Telegram's; a note goes nowhere.
        content = replace(content, entities=[*content.entities, *calls], options={}, buttons=[])
        message = properties.note(
            ticket,
            staff=viewer,
            content=content,
            mentioned=mentioned,
            reply_to=form.cleaned_data["reply_to"],
            key=form.cleaned_data["key"],
        )
    except OperationRefused as refusal:
        return not_sent(request, ticket, str(refusal))
    drafts.forget_draft(viewer, ticket_id)
    return done(request, reverse("ticket", args=[ticket_id]), message=message.pk, key=uuid.uuid4())
