"""Every message that was queued gets its delivery job, in the transaction that queued it."""

from typing import Any

from telegram_bridge.delivery_jobs import queue_delivery
from tickets.journal import Change
from tickets.models import TicketEvent

Kind = TicketEvent.Kind


def queue_deliveries(
    sender: object, *, change: Change, events: list[TicketEvent], level: int, **kwargs: Any
) -> None:
    """Receiver of `ticket_changed`: a job for each message that was written, or is to be sent again."""
    for event in events:
        written = event.kind == Kind.MESSAGE_QUEUED
        again = event.kind == Kind.DELIVERY_CHANGED and event.actor == TicketEvent.Actor.STAFF
        if event.message is not None and (written or again):
            queue_delivery(event.message)
