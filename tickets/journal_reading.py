"""What the journal says since a number, with the messages that it is about: one query for an open page.

Read for every message that reaches an open page; making this SQL anew would cost the ORM more than running
it, and a second way to the database as much again.
"""

import json
from typing import Any

from django.db import connection

from tickets.models import Client, Message, Ticket, TicketEvent

EVENT_FIELDS = [field.attname for field in TicketEvent._meta.concrete_fields]
MESSAGE_FIELDS = [field.attname for field in Message._meta.concrete_fields if field.attname != "search"]
SINCE = f"""
SELECT client.id, client.name, {", ".join(f"event.{name}" for name in EVENT_FIELDS)},
    {", ".join(f"message.{name}" for name in MESSAGE_FIELDS)}
FROM tickets_ticketevent AS event
JOIN tickets_ticket AS ticket ON ticket.id = event.ticket_id
JOIN tickets_client AS client ON client.id = ticket.client_id
LEFT JOIN tickets_message AS message ON message.id = event.message_id
WHERE event.ticket_id = %s AND event.seq > %s ORDER BY event.seq LIMIT %s
"""  # noqa: S608  (names of our own columns)
FIRST_OF_EVENT = 2
FIRST_OF_MESSAGE = FIRST_OF_EVENT + len(EVENT_FIELDS)
EVENT_JSON = [EVENT_FIELDS.index("data")]
JSON_OF_MESSAGE = ("entities", "details", "options", "buttons", "reactions", "delivery_error")
MESSAGE_JSON = [MESSAGE_FIELDS.index(name) for name in JSON_OF_MESSAGE]


def since(ticket_id: int, *, after: int, most: int) -> tuple[Ticket, list[TicketEvent], list[Message]] | None:
    """At most `most` rows after number `after`, oldest first, and their messages as they are now, each once;
    None when there is no row. The ticket knows nothing but its id and its client's name."""
    with connection.cursor() as cursor:
        cursor.execute(SINCE, [ticket_id, after, most])
        rows = cursor.fetchall()
    if not rows:
        return None
    client_id, client_name, *_rest = rows[0]
    ticket = Ticket(pk=ticket_id, client=Client(pk=client_id, name=client_name))
    events = []
    messages: dict[int, Message] = {}
    for row in rows:
        event = _made(TicketEvent, EVENT_FIELDS, row[FIRST_OF_EVENT:FIRST_OF_MESSAGE], EVENT_JSON)
        events.append(event)
        if event.message_id is not None and event.message_id not in messages:
            values = row[FIRST_OF_MESSAGE:]
            messages[event.message_id] = _made(Message, MESSAGE_FIELDS, values, MESSAGE_JSON)
    return ticket, events, list(messages.values())


def _made(model: Any, names: list[str], values: tuple[Any, ...], json_at: list[int]) -> Any:
    # Django leaves jsonb as text to its fields, which have no say here.
    loaded = [json.loads(value) if at in json_at else value for at, value in enumerate(values)]
    return model.from_db(connection.alias, names, loaded)
