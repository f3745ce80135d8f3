"""What Telegram sent about one message, as it came: for administrators."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from staff.access import employee, staff_required
from telegram_bridge.models import TelegramMessage, Update
from tickets.models import Message, TicketEvent
from tickets.views.sight import in_sight

PERMISSION = "telegram_bridge.view_update"
# A place that moves for hours is told hundreds of times.
MOST = 100


@require_safe
@staff_required
def message_raw(request: HttpRequest, message_id: int) -> HttpResponseBase:
    if not employee(request).has_perm(PERMISSION):
        raise PermissionDenied
    message = in_sight(request, Message.objects.select_related("ticket__client"), message_id)
    updates = updates_of(message)
    context = {"message": message, "updates": updates[:MOST], "more": len(updates) > MOST}
    response = render(request, "telegram_bridge/message_raw.html", context)
    response["Cache-Control"] = "no-store"
    return response


def updates_of(message: Message) -> list[Update]:
    """The updates that brought `message`, its parts, and what happened to it since; oldest first, one more
    than MOST at most. Three queries."""
    brought = TelegramMessage.objects.filter(message=message, update__isnull=False)
    events = TicketEvent.objects.filter(message=message, data__has_key="update")
    ids = {*brought.values_list("update_id", flat=True)[:MOST]}
    ids.update(events.order_by("-seq").values_list("data__update", flat=True)[: MOST + 1])
    return list(Update.objects.filter(pk__in=ids).order_by("pk")[: MOST + 1])
