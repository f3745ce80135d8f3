"""Every message that was queued gets its delivery job, in the transaction that queued it; and who types is
told to the bot's process, which forgets it at once."""

from typing import Any

from django.db import connection

from telegram_bridge.channels import TYPING
from telegram_bridge.delivery_jobs import AUTOMATIC, TYPED, queue_delivery
from telegram_bridge.jobs import queue_amendment
from tickets.journal import Change
from tickets.models import Ticket, TicketEvent

Kind = TicketEvent.Kind

ANNOUNCE_TYPING = (
    "SELECT pg_notify(%s, json_build_object('bot', id, 'chat', %s::bigint)::text) "
    "FROM telegram_bridge_bot WHERE inbox_id = %s"
)


def queue_deliveries(
    sender: object, *, change: Change, events: list[TicketEvent], level: int, **kwargs: Any
) -> None:
    """Receiver of `ticket_changed`: a job for each message that was written or is to be sent again, and for
    each change of one that staff asked for. What a person asked for goes before what was sent by itself."""
    for event in events:
        written = event.kind == Kind.MESSAGE_QUEUED
        again = event.kind == Kind.DELIVERY_CHANGED and event.actor == TicketEvent.Actor.STAFF
        if event.message is not None and (written or again):
            by_person = event.actor == TicketEvent.Actor.STAFF
            queue_delivery(event.message, priority=TYPED if by_person else AUTOMATIC)
        if event.kind == Kind.AMENDMENT_CHANGED and event.data.get("asked"):
            queue_amendment(event.data["amendment"], event.ticket.client_id)


def announce_typing(sender: object, *, ticket: Ticket, **kwargs: Any) -> None:
    """Receiver of `staff_types`: tells the bot's process, which shows it to the client if it can."""
    if not ticket.client.is_reachable:
        return
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE_TYPING, [TYPING, ticket.client.external_id, ticket.client.inbox_id])
