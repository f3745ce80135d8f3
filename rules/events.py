"""Which rows of a ticket's journal are the events that rules wait for."""

from rules.models import CLOCKED, TIMED, Event
from tickets.models import TicketEvent

Kind = TicketEvent.Kind

# The others are the rows of the same name. For what time sets off: the rows that begin the wait.
_KINDS: dict[str, tuple[Kind, ...]] = {
    Event.MESSAGE_FIRST: (Kind.MESSAGE_RECEIVED,),
    Event.NOT_DELIVERED: (Kind.DELIVERY_CHANGED,),
    Event.TICKET_ASSIGNED: (Kind.TICKET_ASSIGNED, Kind.TICKET_TAKEN),
    Event.STATUS_CHANGED: (
        Kind.STATUS_CHANGED,
        Kind.TICKET_TAKEN,
        Kind.TICKET_UNASSIGNED,
        Kind.TICKET_CLOSED,
        Kind.TICKET_REOPENED,
    ),
    Event.CLIENT_STARTED: (Kind.TICKET_OPENED, Kind.CLIENT_STARTED),
    Event.NO_REPLY: (Kind.MESSAGE_RECEIVED,),
    Event.NO_CLIENT: (Kind.MESSAGE_QUEUED,),
    Event.OPEN_FOR: (Kind.TICKET_OPENED, Kind.TICKET_REOPENED),
    **dict.fromkeys(CLOCKED, ()),
}


def kinds_of(event: str) -> tuple[Kind, ...]:
    """The rows that are this event, or some of which are (tickets' first messages, failed deliveries)."""
    return _KINDS[event] if event in _KINDS else (Kind(event),)


# Kind of a row → the events that it is, or may be.
EVENTS_OF: dict[str, list[Event]] = {
    kind: [event for event in Event if event not in TIMED and kind in kinds_of(event)] for kind in Kind
}
