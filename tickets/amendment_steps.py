"""Steps about a message that is in Telegram already: what staff ask to change of it, reactions, buttons.

As in tickets/steps.py, whoever calls one has opened `journal.change()` and holds the ticket's row lock.
"""

from typing import Any

from tickets.content import storable
from tickets.journal import CLIENT, SYSTEM, Actor, Change, by_staff
from tickets.models import Amendment, Message, TicketEvent
from tickets.steps import replace_text

Kind = TicketEvent.Kind


def ask_amendment(
    change: Change, message: Message, kind: Amendment.Kind, data: dict[str, object], *, actor: Actor
) -> Amendment:
    """What staff want changed in Telegram, on its way. The bridge hears of its row and adds the job."""
    amendment = Amendment.objects.create(
        message=message, staff=actor.staff, kind=kind, data=data, created_at=change.now
    )
    if not message.has_amendments:
        message.has_amendments = True
        message.save(update_fields=["has_amendments"])
    _tell_amendment(change, message, amendment, actor, asked=True)
    return amendment


def settle_amendment(
    change: Change, amendment: Amendment, state: Amendment.State, *, error: dict[str, object] | None = None
) -> None:
    """Telegram took the change, which is then made here too, or refused it. Queued again, it waits."""
    message = amendment.message
    amendment.state, amendment.error = state, error or {}
    amendment.settled_at = None if state == Amendment.State.QUEUED else change.now
    amendment.save(update_fields=["state", "error", "settled_at"])
    _tell_amendment(change, message, amendment, SYSTEM)
    if state != Amendment.State.DONE:
        return
    actor = by_staff(amendment.staff) if amendment.staff else SYSTEM
    if amendment.kind == Amendment.Kind.EDIT:
        replace_text(change, message, amendment.data["text"], amendment.data["entities"], change.now)
        message.save(update_fields=["text", "entities", "edited_at"])
        change.record(message.ticket, Kind.MESSAGE_EDITED, actor, message=message)
    elif amendment.kind == Amendment.Kind.DELETE:
        message.deleted_at = change.now
        message.save(update_fields=["deleted_at"])
        change.record(message.ticket, Kind.MESSAGE_DELETED, actor, message=message)
    else:
        set_reactions(change, message, "staff", amendment.data["reactions"], actor=actor)


def _tell_amendment(
    change: Change, message: Message, amendment: Amendment, actor: Actor, *, asked: bool = False
) -> None:
    data = {"amendment": amendment.pk, "kind": str(amendment.kind), "state": str(amendment.state)}
    data |= {"asked": True} if asked else {}
    change.record(message.ticket, Kind.AMENDMENT_CHANGED, actor, message=message, data=data)


def set_reactions(
    change: Change, message: Message, side: str, reactions: list[dict[str, Any]], *, actor: Actor
) -> bool:
    """What one side ("client" or "staff") shows below the message now; whether that is anything new."""
    before = message.reactions.get(side, [])
    if reactions == before:
        return False
    message.reactions = {key: value for key, value in message.reactions.items() if key != side}
    if reactions:
        message.reactions[side] = reactions
    message.save(update_fields=["reactions"])
    data = {"side": side, "from": before, "to": reactions}
    change.record(message.ticket, Kind.REACTION_CHANGED, actor, message=message, data=data)
    return True


def renew_details(change: Change, message: Message, details: dict[str, Any], *, actor: Actor) -> bool:
    """What a message shows besides its text has gone on by itself: votes, tasks. No edit of what was said.
    Returns whether it is anything new."""
    if details == message.details:
        return False
    message.details = details
    message.save(update_fields=["details"])
    change.record(message.ticket, Kind.MESSAGE_EDITED, actor, message=message, quietly=True)
    return True


def press_button(change: Change, message: Message, *, text: str, answer: str) -> None:
    """The client pressed the button `text` below a message of ours, which stands for `answer`."""
    data = {"text": storable(text), "answer": storable(answer)}
    change.record(message.ticket, Kind.BUTTON_PRESSED, CLIENT, message=message, data=data)
