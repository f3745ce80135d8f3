"""The verbs about a message that is in Telegram already: edit it, delete it, react to it.

Each asks Telegram by a job; the message changes here when Telegram has taken it, and stays as it was, with
the reason in words, when not. Only who may answer the ticket may ask.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from staff.models import User
from tickets import amendment_steps as steps
from tickets.content import storable
from tickets.errors import OperationRefused
from tickets.journal import by_staff, change
from tickets.models import Amendment, Message, TicketEvent
from tickets.operations import locked_message, require_answerer
from tickets.reaction_emoji import reaction_of
from tickets.sendable import LONGEST_REPLY
from tickets.utf16 import units

Kind, State = Amendment.Kind, Amendment.State

# https://core.telegram.org/bots/api#deletemessage
DELETABLE = timedelta(hours=48)
# https://core.telegram.org/bots/api#editmessagetext, #editmessagecaption
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024


def edit(
    message: Message, *, staff: User, text: str, entities: list[dict[str, Any]] | None = None
) -> Amendment:
    """The edit of a reply's text (or caption), on its way. Refused when there is nothing to edit, or more
    than the message can hold."""
    with change() as opened:
        message = _sent_message(message, staff)
        _require_own(message)
        if not message.text:
            raise OperationRefused(_("This message has no text to edit."))
        if not text.strip():
            raise OperationRefused(_("An edited message can't be empty. Delete it instead."))
        _require_room(message, text)
        data: dict[str, Any] = {"text": storable(text), "entities": entities or []}
        if (data["text"], data["entities"]) == (message.text, message.entities):
            raise OperationRefused(_("Nothing was changed."))
        return steps.ask_amendment(opened, message, Kind.EDIT, data, actor=by_staff(staff))


def _require_room(message: Message, text: str) -> None:
    """An edit changes the words of what was sent, never into how many parts it was sent. What only the plan
    of a text of several parts can tell, the bridge finds (telegram_bridge/amending.py)."""
    first = message.versions.order_by("pk").first()
    sent = units(first.text if first is not None else message.text)
    is_caption = message.may_have_files and sent <= LONGEST_CAPTION
    limit = LONGEST_CAPTION if is_caption else LONGEST_TEXT if sent <= LONGEST_TEXT else LONGEST_REPLY
    if units(text) > limit:
        words = (
            _("Below a file there is room for %(limit)s characters; this text has %(length)s.")
            if is_caption
            else _("There is room for %(limit)s characters in this message; this text has %(length)s.")
        )
        raise OperationRefused(words % {"limit": limit, "length": units(text)})


def delete(message: Message, *, staff: User) -> Amendment:
    """The deletion of a reply for both sides, on its way. What it said is kept here. Refused when it arrived
    longer ago than Telegram lets a bot delete."""
    with change() as opened:
        message = _sent_message(message, staff)
        _require_own(message)
        if opened.now - _arrived_at(message) > DELETABLE:
            raise OperationRefused(_("Telegram lets a bot delete a message only within 48 hours."))
        return steps.ask_amendment(opened, message, Kind.DELETE, {}, actor=by_staff(staff))


def _arrived_at(message: Message) -> datetime:
    arrivals = message.events.filter(kind=TicketEvent.Kind.DELIVERY_CHANGED, data__delivery="sent")
    arrival = arrivals.order_by("-seq").first()
    return arrival.created_at if arrival is not None else message.created_at


def react(message: Message, *, staff: User, emoji: str) -> Amendment:
    """The bot's reaction to a message of either side, on its way; an empty `emoji` takes it back."""
    reaction = reaction_of(emoji) if emoji else ""
    if reaction is None:
        raise OperationRefused(_("Telegram has no such reaction."))
    with change() as opened:
        message = _sent_message(message, staff)
        reactions = [{"type": "emoji", "emoji": reaction}] if reaction else []
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
