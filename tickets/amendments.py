"""The verbs about a message that is in Telegram already: edit it, delete it, react to it.

Each asks Telegram by a job; the message changes here when Telegram has taken it, and stays as it was, with
the reason in words, when not. Only who may answer the ticket may ask.
"""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from staff.models import User
from tickets import amendment_steps as steps
from tickets.content import storable
from tickets.errors import OperationRefused
from tickets.journal import by_staff, change
from tickets.models import Amendment, Message, TicketEvent
from tickets.operations import LONGEST_REPLY, locked_message, require_answerer

Kind, State = Amendment.Kind, Amendment.State

# https://core.telegram.org/bots/api#deletemessage
DELETABLE = timedelta(hours=48)


def edit(
    message: Message, *, staff: User, text: str, entities: list[dict[str, Any]] | None = None
) -> Amendment:
    """The edit of a reply's text (or caption), on its way. Refused when there is nothing to edit."""
    with change() as opened:
        message = _sent_message(message, staff)
        _require_own(message)
        if not message.text:
            raise OperationRefused(_("This message has no text to edit."))
        if not text.strip():
            raise OperationRefused(_("An edited message can't be empty. Delete it instead."))
        if len(text) > LONGEST_REPLY:
            raise OperationRefused(_("This text is too long."))
        data: dict[str, Any] = {"text": storable(text), "entities": entities or []}
        if (data["text"], data["entities"]) == (message.text, message.entities):
            raise OperationRefused(_("Nothing was changed."))
        return steps.ask_amendment(opened, message, Kind.EDIT, data, actor=by_staff(staff))


def delete(message: Message, *, staff: User) -> Amendment:
    """The deletion of a reply for both sides, on its way. What it said is kept here."""
    with change() as opened:
        message = _sent_message(message, staff)
        _require_own(message)
        deliveries = TicketEvent.objects.filter(message=message, kind=TicketEvent.Kind.DELIVERY_CHANGED)
        arrived = deliveries.order_by("-seq").values_list("created_at", flat=True).first()
        if (arrived or message.created_at) < opened.now - DELETABLE:
            raise OperationRefused(_("Telegram lets a bot delete a message only within 48 hours."))
        return steps.ask_amendment(opened, message, Kind.DELETE, {}, actor=by_staff(staff))


def react(message: Message, *, staff: User, emoji: str) -> Amendment:
    """The bot's reaction to a message of either side, on its way; an empty `emoji` takes it back."""
    with change() as opened:
        message = _sent_message(message, staff)
        reactions = [{"type": "emoji", "emoji": emoji}] if emoji else []
        return steps.ask_amendment(
            opened, message, Kind.REACT, {"reactions": reactions}, actor=by_staff(staff)
        )


def settle(
    amendment_id: int, *, state: Amendment.State, error: dict[str, object] | None = None
) -> Amendment | None:
    """The amendment with what became of it; None when it is settled already. For the bridge's worker."""
    with change() as opened:
        amendment = Amendment.objects.filter(pk=amendment_id).select_related("staff").first()
        if amendment is None:
            return None
        amendment.message = locked_message(amendment.message_id)
        amendment.refresh_from_db(fields=["state"])
        if amendment.state != State.QUEUED:
            return None
        steps.settle_amendment(opened, amendment, state, error=error)
    return amendment


def _sent_message(message: Message, staff: User) -> Message:
    """The message, locked. Refused unless `staff` may answer its ticket and Telegram has it."""
    message = locked_message(message.pk)
    require_answerer(message.ticket, staff)
    if message.deleted_at is not None:
        raise OperationRefused(_("This message was deleted."))
    if message.direction == Message.Direction.OUT and message.delivery != Message.Delivery.SENT:
        raise OperationRefused(_("This message has not reached Telegram."))
    return message


def _require_own(message: Message) -> None:
    if message.direction != Message.Direction.OUT:
        raise OperationRefused(_("Only messages of our side can be changed."))
