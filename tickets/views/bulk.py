"""Many tickets at once: what can be done with them, the asking, how far it is, and taking it back."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from staff.access import employee, permission_required, staff_required
from staff.models import User
from staff.roles import WORK
from tickets import bulk, snoozing
from tickets.bulk_forms import BulkForm
from tickets.choices import choices_for
from tickets.errors import OperationRefused
from tickets.filters import TicketFilter
from tickets.forms import first_error
from tickets.models import BulkChange, Status, Ticket
from tickets.querysets import ticket_number
from tickets.views.list_pane import everybody


@require_safe
@staff_required
@permission_required(WORK)
def bar(request: HttpRequest) -> HttpResponseBase:
    """The menus above chosen tickets; fetched with the first choice."""
    context = {
        "viewer": employee(request),
        "colleagues": User.objects.active().by_name(),
        "statuses": Status.objects.all(),
        "offered": choices_for(employee(request)),
        "priorities": list(reversed(Ticket.Priority.choices)),
        "snoozes": snoozing.CHOICES.items(),
    }
    return _uncached(render(request, "tickets/_bulk_bar.html", context))


@require_POST
@staff_required
@permission_required(WORK)
def ask(request: HttpRequest) -> HttpResponseBase:
    """`ticket` several times, or `all` with the list's `query`; a `verb` and its `value`."""
    staff = employee(request)
    form = BulkForm(request.POST, staff=staff)
    if not form.is_valid():
        return _refused(request, first_error(form), status=HTTPStatus.BAD_REQUEST)
    try:
        asked = bulk.ask(staff, form.cleaned_data["verb"], form.cleaned_data["data"], _chosen(request))
    except OperationRefused as refusal:
        return _refused(request, str(refusal))
    return _draw(request, asked)


@require_safe
@staff_required
def progress(request: HttpRequest, bulk_id: int) -> HttpResponseBase:
    """How far it is, and at the end what became of it."""
    return _draw(request, _own(request, bulk_id))


@require_POST
@staff_required
@permission_required(WORK)
def undo(request: HttpRequest, bulk_id: int) -> HttpResponseBase:
    try:
        return _draw(request, bulk.undo(_own(request, bulk_id), staff=employee(request)))
    except OperationRefused as refusal:
        return _refused(request, str(refusal))


def _own(request: HttpRequest, bulk_id: int) -> BulkChange:
    return get_object_or_404(employee(request).bulk_changes.select_related("undoes"), pk=bulk_id)


def _chosen(request: HttpRequest) -> list[int]:
    """The ids that were picked, or those of the whole list. Raises OperationRefused when it has too many."""
    if not request.POST.get("all"):
        numbers = [ticket_number(value) for value in request.POST.getlist("ticket")]
        return [number for number in numbers if number is not None]
    staff = employee(request)
    narrowed = TicketFilter(
        QueryDict(request.POST.get("query", "").removeprefix("?")),
        Ticket.objects.visible_to(staff),
        user=staff,
        statuses=list(Status.objects.all()),
        people=everybody(),
        choices=choices_for(staff),
    )
    if narrowed.complaints():
        raise OperationRefused(narrowed.complaints()[0])
    ids = list(narrowed.qs.order_by("-pk").values_list("pk", flat=True)[: bulk.MOST_TICKETS + 1])
    if len(ids) > bulk.MOST_TICKETS:
        raise OperationRefused(
            _("More than %(limit)d tickets match. Narrow the list first.") % {"limit": bulk.MOST_TICKETS}
        )
    return ids


def _draw(request: HttpRequest, asked: BulkChange) -> HttpResponse:
    numbers = bulk.counts(asked)
    context: dict[str, Any] = {
        "bulk": asked,
        "numbers": numbers,
        "is_over": asked.finished_at is not None,
        "can_undo": asked.finished_at is not None
        and numbers["done"]
        and asked.undoes_id is None
        and not BulkChange.objects.filter(undoes=asked).exists(),
        "refusals": bulk.refusals(asked) if asked.finished_at else [],
    }
    return _uncached(render(request, "tickets/_bulk.html", context))


def _refused(request: HttpRequest, words: str, *, status: int = HTTPStatus.CONFLICT) -> HttpResponse:
    return render(request, "tickets/_bulk_refused.html", {"words": words}, status=status)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
