"""A ticket's page: its conversation, the composer, who has it, and what is known of the client.

One address, four answers: the page, with the list beside it; to htmx, the pane that replaces the ticket
which was open before; for a script, the parts that depend on who looks; and with `before`, an earlier stretch
of the conversation.
"""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from staff.access import employee, staff_required
from staff.models import User
from staff.roles import WORK
from tickets import drafts, reading, snoozing
from tickets.arrangement import arranged
from tickets.choices import Choices, choices_for
from tickets.conversation import PAGE_SIZE, Item, stretch
from tickets.file_types import GROUPS
from tickets.markup_writing import write
from tickets.models import Attachment, Message, Rating, Status, Ticket, TicketEvent
from tickets.querysets import ticket_number
from tickets.reaction_emoji import OTHERS, QUICK
from tickets.reply_buttons import MOST_BUTTONS
from tickets.sendable import LONGEST_BUTTON, LONGEST_REPLY
from tickets.views.answers import from_script
from tickets.views.list_pane import carried, list_pane

# A jump far back loads at most this much at once.
LONGEST_STRETCH = 1000
FILES_SHOWN = 30
EARLIER_SHOWN = 5


@require_safe
@staff_required
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """The page, or the part of it that a script asks for."""
    visible = Ticket.objects.visible_to(employee(request))
    found = get_object_or_404(visible.with_people(), pk=ticket_id)
    before = ticket_number(request.GET.get("before", ""))
    if not from_script(request):
        response = draw_page(request, found, before=before)
    elif request.headers.get("HX-Target") == "ticket-pane":
        response = _draw_pane(request, found)
    elif before is not None:
        response = render(request, "tickets/_older.html", _conversation(request, found, before))
    else:
        response = render(
            request, "tickets/_panel.html", _panel(request, found, choices_for(employee(request)))
        )
    patch_vary_headers(response, ["HX-Request", "HX-Target", "Accept"])
    response["Cache-Control"] = "no-store"  # "back" must not show a page of yesterday
    return response


def draw_page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    before: int | None = None,
    typed: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; after a refused reply with what was `typed` and the `error` in words."""
    pane = list_pane(request, carried(request.GET), selected=ticket.pk)
    context = {
        **pane,
        **_pane(request, ticket, before, typed, offered=pane["filter"].offered),
        "colleagues": [person for person in pane["people"] if person.is_active],
        "error": error,
    }
    return render(request, "tickets/workspace.html", context, status=status)


def _draw_pane(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The ticket alone, for a page that has its list already."""
    context = {
        **_pane(request, ticket, None, None, offered=choices_for(employee(request))),
        "statuses": Status.objects.all(),
        "colleagues": list(User.objects.active().by_name()),
        "list_query": _query_beside(request),
    }
    return render(request, "tickets/_ticket_pane.html", context)


def _query_beside(request: HttpRequest) -> str:
    query = carried(request.GET).urlencode()
    return f"?{query}" if query else ""


def _pane(
    request: HttpRequest,
    ticket: Ticket,
    before: int | None,
    typed: dict[str, Any] | None,
    *,
    offered: Choices,
) -> dict[str, Any]:
    return {
        **_conversation(request, ticket, before),
        **_panel(request, ticket, offered),
        **_composer(request, ticket, typed),
        "time_zone": timezone.get_current_timezone_name(),
        "is_latest": before is None,
    }


def _conversation(request: HttpRequest, ticket: Ticket, before: int | None) -> dict[str, Any]:
    through = ticket_number(request.GET.get("through", ""))
    read = reading.mark_of(employee(request), ticket)
    if through is None and before is None and 0 < read < ticket.last_in_seq:
        through = read + 1  # opened at what is unread, however far back it begins
    size = _size_through(ticket, before, through) if through else PAGE_SIZE
    items, has_older = stretch(ticket, before=before, size=size)
    first_unread = _first_unread(items, read) if before is None else None
    return {
        "ticket": ticket,
        "items": arranged(items, now=timezone.now(), first_unread=first_unread),
        "has_older": has_older,
        "first_seq": items[0].seq if items else 0,
        "read_seq": read,
        "first_unread": first_unread,
    }


def _first_unread(items: list[Item], read: int) -> int | None:
    """The first message of the client that comes after what was `read`. None to who never read anything here:
    all is new to them."""
    unread = (item for item in items if item.seq > read and item.message and item.message.direction == "in")
    return next((item.seq for item in unread), None) if read else None


def _size_through(ticket: Ticket, before: int | None, through: int) -> int:
    """How many items bring the one with journal number `through` onto the page, and a few before it."""
    numbers = TicketEvent.objects.filter(ticket=ticket).after(max(through - 10, 0))
    if before is not None:
        numbers = numbers.filter(seq__lt=before)
    return min(max(numbers.count(), PAGE_SIZE), LONGEST_STRETCH)


def _panel(request: HttpRequest, ticket: Ticket, offered: Choices) -> dict[str, Any]:
    """What depends on who looks, and what changes with the ticket; `offered`: the teams and tags."""
    viewer = employee(request)
    asked = request.GET.get("files", "")
    group = asked if asked in GROUPS else ""
    files = Attachment.objects.of_ticket(ticket).in_group(group).order_by("-message__seq", "position")
    earlier = (
        ticket.client.tickets.visible_to(viewer).exclude(pk=ticket.pk).select_related("status", "assignee")
    )
    return {
        "ticket": ticket,
        "viewer": viewer,
        "tags": list(ticket.tags.all()),
        "offered": offered,
        "team_id": str(ticket.team_id or ""),
        "priorities": list(reversed(Ticket.Priority.choices)),
        "snoozes": snoozing.CHOICES.items(),
        "composer_state": _composer_state(ticket, viewer),
        "in_progress_id": Status.IN_PROGRESS_ID,
        "closed_id": Status.CLOSED_ID,
        "can_take": ticket.can_be_taken_by(viewer),
        "failed_count": Message.objects.failed_for(ticket.client_id).count(),
        "files": files[: FILES_SHOWN + 1],
        "files_shown": FILES_SHOWN,
        "file_group": group,
        "file_groups": GROUPS,
        "rating": Rating.objects.filter(ticket=ticket).first() if ticket.closed_at else None,
        "earlier": earlier.order_by("-pk")[: EARLIER_SHOWN + 1],
        "earlier_shown": EARLIER_SHOWN,
    }


def _composer_state(ticket: Ticket, viewer: User) -> str:
    """Whether and how `viewer` may answer: ready, take (and reply in one step), closed, a
    colleague's, or a viewer, who only looks on."""
    if not viewer.has_perm(WORK):
        return "viewer"
    if ticket.can_be_answered_by(viewer):
        return "ready"
    if ticket.is_closed:
        return "closed"
    return "take" if ticket.can_be_taken_by(viewer) else "colleague"


def _composer(request: HttpRequest, ticket: Ticket, typed: dict[str, Any] | None) -> dict[str, Any]:
    typed = typed or {}
    target = _message_asked_for(
        employee(request), ticket, str(typed.get("reply_to") or request.GET.get("reply_to", ""))
    )
    chosen = _message_asked_for(
        employee(request), ticket, str(typed.get("message") or request.GET.get("message", ""))
    )
    return {
        "typed": typed,
        "draft": drafts.draft_of(employee(request), ticket.pk),
        "typed_text": typed.get("text", ""),
        "typed_as_written": bool(typed) and typed.get("format") != "markup",
        "reply_target": target,
        "chosen": chosen,
        "chosen_text": typed.get("edited") or (write(chosen.text, chosen.entities) if chosen else ""),
        "quick_reactions": QUICK,
        "other_reactions": OTHERS,
        "key": uuid.uuid4(),
        "longest_reply": LONGEST_REPLY,
        "longest_label": LONGEST_BUTTON,
        "most_buttons": MOST_BUTTONS,
        "most_files": settings.MAX_FILES_PER_REPLY,
        "largest_file": settings.TELEGRAM_UPLOAD_LIMIT,
    }


def _message_asked_for(viewer: User, ticket: Ticket, number: str) -> Message | None:
    """A message of this client's, to answer or to do something with."""
    asked = ticket_number(number)
    if asked is None:
        return None
    of_client = Message.objects.visible_to(viewer).filter(ticket__client=ticket.client_id)
    return of_client.select_related("author", "ticket__client").filter(pk=asked).first()
