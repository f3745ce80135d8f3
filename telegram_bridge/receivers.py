"""Every message that was queued gets its delivery job, in the transaction that queued it."""

from typing import Any

from telegram_bridge.delivery_jobs import queue_delivery
from telegram_bridge.jobs import queue_amendment
from tickets.journal import Change
from tickets.models import Amendment, TicketEvent

Kind = TicketEvent.Kind


def queue_deliveries(
    sender: object, *, change: Change, events: list[TicketEvent], level: int, **kwargs: Any
) -> None:
    """Receiver of `ticket_changed`: a job for each message that was written or is to be sent again, and for
    each change of one that staff asked for."""
    for event in events:
        written = event.kind == Kind.MESSAGE_QUEUED
        again = event.kind == Kind.DELIVERY_CHANGED and event.actor == TicketEvent.Actor.STAFF
        if event.message is not None and (written or again):
            queue_delivery(event.message)
        asked = event.kind == Kind.AMENDMENT_CHANGED and event.actor == TicketEvent.Actor.STAFF
        if asked and event.data["state"] == Amendment.State.QUEUED:
            queue_amendment(event.data["amendment"], event.ticket.client_id)
