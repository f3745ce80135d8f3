"""How a journal row reaches the database: with the ticket, and with the message it brings, in one statement.

Every change waits for this, a client's message and a reply most of all, so it is plain SQL: one way to the
database instead of three, and none of the ORM's work of making the same SQL anew. The ticket is written as a
whole: its row is locked, so what we hold of it is what there is.
"""

import json
from typing import Any

from django.db import connection

from tickets.models import Message, Ticket, TicketEvent

EVENT = "tickets_ticketevent (ticket_id, seq, kind, actor, staff_id, data, created_at, message_id)"
TICKET = (
    "UPDATE tickets_ticket SET status_id = %s, assignee_id = %s, team_id = %s, priority = %s, subject = %s, "
    "snoozed_at = %s, snoozed_until = %s, waiting_since = %s, last_in_seq = %s, last_seq = %s, "
    "updated_at = %s, closed_at = %s, last_message_id = "
)
WRITE = f"""
INSERT INTO {EVENT} VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s) RETURNING id;
{TICKET} %s WHERE id = %s
"""  # noqa: S608  (names of our own)
WRITE_WITH_MESSAGE = f"""
WITH message AS (
    INSERT INTO tickets_message (ticket_id, seq, direction, author_id, kind, text, entities, details,
        options, buttons, reactions, reply_to_id, quote, delivery, delivery_error, delivery_claim, key,
        created_at, edited_at, deleted_at, has_amendments)
    VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s, %s,
        %s::jsonb, %s, %s, %s, %s, %s, %s) RETURNING id
), event AS (
    INSERT INTO {EVENT} SELECT %s, %s, %s, %s, %s, %s::jsonb, %s, id FROM message RETURNING id
)
{TICKET} message.id FROM message, event WHERE tickets_ticket.id = %s RETURNING event.id, message.id
"""  # noqa: S608  (names of our own)


def write(event: TicketEvent) -> None:
    """Inserts `event` and updates its ticket; a message of it that has no row yet is inserted too, and is
    then the ticket's last one. Raises IntegrityError as the ORM would."""
    ticket, message = event.ticket, event.message
    if message is not None and message._state.adding:
        values = [*_message_values(message), *_event_values(event), *_ticket_values(ticket), ticket.pk]
        event.pk, message.pk = _row(WRITE_WITH_MESSAGE, values)
        message._state.adding = False
        event.message = ticket.last_message = message
    else:
        values = [*_event_values(event), event.message_id, *_ticket_values(ticket)]
        (event.pk,) = _row(WRITE, [*values, ticket.last_message_id, ticket.pk])
    event._state.adding = False


def _row(sql: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _event_values(event: TicketEvent) -> list[Any]:
    data = json.dumps(event.data)
    return [event.ticket_id, event.seq, event.kind, event.actor, event.staff_id, data, event.created_at]


def _ticket_values(ticket: Ticket) -> list[Any]:
    return [
        *(ticket.status_id, ticket.assignee_id, ticket.team_id, ticket.priority, ticket.subject),
        *(ticket.snoozed_at, ticket.snoozed_until, ticket.waiting_since, ticket.last_in_seq),
        *(ticket.last_seq, ticket.updated_at, ticket.closed_at),
    ]


def _message_values(message: Message) -> list[Any]:
    return [
        *(message.ticket_id, message.seq, message.direction, message.author_id, message.kind, message.text),
        *(json.dumps(message.entities), json.dumps(message.details), json.dumps(message.options)),
        *(json.dumps(message.buttons), json.dumps(message.reactions), message.reply_to_id, message.quote),
        *(message.delivery, json.dumps(message.delivery_error), message.delivery_claim, message.key),
        *(message.created_at, message.edited_at, message.deleted_at, message.has_amendments),
    ]
