"""What the ticket page's forms do: each is one verb. A refusal is told in words, on the page or as JSON."""

import uuid
from http import HTTPStatus
from pathlib import PurePath

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staff.access import employee, staff_required
from staff.models import User
from tickets import drafts, operations
from tickets.content import Content, NewFile, storable
from tickets.errors import AnsweredMeanwhile, OperationRefused
from tickets.forms import AssignForm, ReplyForm, StatusForm, first_error
from tickets.models import Attachment, Message, Ticket
from tickets.views.answers import address_of, done, from_script, refusal_json, refused
from tickets.views.sight import in_sight
from tickets.views.ticket import draw_page


@require_POST
@staff_required
def take(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    ticket = in_sight(request, Ticket.objects, ticket_id)
    address = reverse("ticket", args=[ticket_id])
    try:
        operations.take(ticket, staff=employee(request))
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    return done(request, address)


@require_POST
@staff_required
def assign(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    ticket = in_sight(request, Ticket.objects, ticket_id)
    address, form = reverse("ticket", args=[ticket_id]), AssignForm(request.POST)
    if not form.is_valid():
        return refused(request, address, first_error(form), status=HTTPStatus.BAD_REQUEST)
    try:
        assignee = form.cleaned_data["assignee"]
        operations.assign(ticket, assignee=assignee, staff=employee(request), was=form.was_id())
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    return done(request, address)


@require_POST
@staff_required
def status(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    ticket = in_sight(request, Ticket.objects, ticket_id)
    address, form = reverse("ticket", args=[ticket_id]), StatusForm(request.POST)
    if not form.is_valid():
        return refused(request, address, first_error(form), status=HTTPStatus.BAD_REQUEST)
    try:
        chosen = form.cleaned_data["status"]
        operations.set_status(ticket, status=chosen, staff=employee(request), was=form.was_id())
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    return done(request, address)


@require_POST
@staff_required
def send_again(request: HttpRequest, message_id: int) -> HttpResponseBase:
    message = in_sight(request, Message.objects, message_id)
    address = address_of(message)
    try:
        operations.send_again(message, staff=employee(request))
    except OperationRefused as refusal:
        return refused(request, address, str(refusal))
    return done(request, address)


@require_POST
@staff_required
def reply(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    ticket = Ticket(pk=ticket_id)  # the verb reads and locks it; reading it here too would delay the message
    if employee(request).scope != User.Scope.ALL:
        in_sight(request, Ticket.objects, ticket_id)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return not_sent(request, ticket, first_error(form), status=HTTPStatus.BAD_REQUEST)
    content, began = form.content(), timezone.now()
    try:
        message = operations.reply(
            ticket,
            staff=employee(request),
            content=content,
            reply_to=form.cleaned_data["reply_to"],
            quote=form.quoted(),
            key=form.cleaned_data["key"],
            taking=form.cleaned_data["take"],
            seen=form.seen_seq(),
        )
    except OperationRefused as refusal:
        newer = isinstance(refusal, AnsweredMeanwhile)
        return not_sent(request, ticket, str(refusal), newer=newer)
    drafts.forget_draft(employee(request), ticket_id)
    if message.created_at < began and not _says(message, content):
        # The form's first try did arrive, only its answer was lost; meanwhile the person changed it.
        words = _("Your message was sent before you changed it. What you changed was not sent.")
        return not_sent(request, ticket, words)
    return done(request, reverse("ticket", args=[ticket_id]), message=message.pk, key=uuid.uuid4())


def _says(message: Message, content: Content) -> bool:
    """Whether `message` is what is posted now, in everything that was said and chosen."""
    sent = (message.text, message.entities, message.options, message.buttons)
    posted = (storable(content.text), content.entities, content.options, content.buttons)
    return sent == posted and [_named(file) for file in message.files] == [
        _named(file) for file in content.files
    ]


def _named(file: Attachment | NewFile) -> str:
    """A recorded voice that was converted meanwhile is named as before but for the ending."""
    return PurePath(file.name).stem if file.kind == Message.Kind.VOICE else file.name


def not_sent(
    request: HttpRequest,
    ticket: Ticket,
    words: str,
    *,
    status: int = HTTPStatus.CONFLICT,
    newer: bool = False,
) -> HttpResponse:
    """The reply stays in the composer; its files too, but not without scripts: no form can keep those."""
    if from_script(request):
        return refusal_json(words, status=status, key=uuid.uuid4(), newer=newer)
    if request.FILES:
        words = f"{words} {_('Please choose the files again.')}"
    fresh = in_sight(request, Ticket.objects.with_people(), ticket.pk)
    return draw_page(request, fresh, typed=request.POST.dict(), error=words, status=status)
