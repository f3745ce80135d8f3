"""What can be done with one message: edit it, delete it, react to it. Each is one verb."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from staff.access import employee, staff_required
from tickets import amendments
from tickets.errors import OperationRefused
from tickets.forms import FormattedForm, ReactionForm, first_error
from tickets.markup_writing import write
from tickets.models import Message, Ticket
from tickets.views.answers import address_of, done, from_script, refusal_json, refused
from tickets.views.sight import in_sight
from tickets.views.ticket import draw_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def edit(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Asked for by a script: what there is to edit, as it would be typed. Posted: the edit."""
    message = in_sight(request, Message.objects, message_id)
    if request.method != "POST":
        if from_script(request):
            return JsonResponse({"ok": True, "text": write(message.text, message.entities)})
        return redirect(f"{reverse('ticket', args=[message.ticket_id])}?message={message.pk}#chosen-message")
    form = FormattedForm(request.POST)
    if not form.is_valid():
        return _not_edited(request, message, first_error(form), status=HTTPStatus.BAD_REQUEST)
    text, entities = form.formatted()
    try:
        amendments.edit(message, staff=employee(request), text=text, entities=entities)
    except OperationRefused as refusal:
        return _not_edited(request, message, str(refusal))
    return done(request, address_of(message))


def _not_edited(
    request: HttpRequest, message: Message, words: str, *, status: int = HTTPStatus.CONFLICT
) -> HttpResponse:
    """What was typed stays in its form."""
    if from_script(request):
        return refusal_json(words, status=status)
    ticket = in_sight(request, Ticket.objects.with_people(), message.ticket_id)
    typed = {"message": message.pk, "edited": request.POST.get("text", ""), "format": "markup"}
    return draw_page(request, ticket, typed=typed, error=words, status=status)


@require_POST
@staff_required
def delete(request: HttpRequest, message_id: int) -> HttpResponseBase:
    message = in_sight(request, Message.objects, message_id)
    try:
        amendments.delete(message, staff=employee(request))
    except OperationRefused as refusal:
        return refused(request, address_of(message), str(refusal))
    return done(request, address_of(message))


@require_POST
@staff_required
def react(request: HttpRequest, message_id: int) -> HttpResponseBase:
    message = in_sight(request, Message.objects, message_id)
    form = ReactionForm(request.POST)
    if not form.is_valid():
        return refused(request, address_of(message), first_error(form), status=HTTPStatus.BAD_REQUEST)
    try:
        amendments.react(message, staff=employee(request), emoji=form.cleaned_data["emoji"])
    except OperationRefused as refusal:
        return refused(request, address_of(message), str(refusal))
    return done(request, address_of(message))
