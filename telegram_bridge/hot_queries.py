"""The queries of the two hot paths, a text into an open ticket and a reply on its way, in plain SQL.

Making the SQL anew costs the ORM more than running it: in plain SQL a full backlog is applied at about
twice the speed. Whatever a rare kind of update needs goes through the ORM.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from telegram_bridge.models import Update
from tickets.models import Client, Message, Ticket

UPDATE_FIELDS = [field.attname for field in Update._meta.concrete_fields]
CLIENT_FIELDS = [field.attname for field in Client._meta.concrete_fields]
CLIENT = f"SELECT {', '.join(CLIENT_FIELDS)} FROM tickets_client WHERE inbox_id = %s AND external_id = %s"  # noqa: S608
# Three statements in one way to the database: the second begins when the lane is ours, and sees what the
# holder before us has committed. Its conditions are those of the partial index that serves it; its second
# row tells whether to come again. The third reads who most probably wrote: a private chat is the client.
TAKE_OLDEST = (
    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0)); "  # noqa: S608  (names of our own columns)
    f"SELECT {', '.join(UPDATE_FIELDS)} "
    "FROM telegram_bridge_update WHERE bot_id = %s AND chat_id = %s AND state = 'stored' "
    f"ORDER BY id LIMIT 2; {CLIENT}"
)
OPEN_TICKET = "SELECT * FROM tickets_ticket WHERE client_id = %s AND closed_at IS NULL FOR NO KEY UPDATE"
MARK_DONE = (
    "UPDATE telegram_bridge_update SET state = %s, error = %s, done_at = %s, tries = tries + 1 WHERE id = %s"
)
REMEMBER = (
    "INSERT INTO telegram_bridge_telegrammessage "
    "(bot_id, chat_id, telegram_id, message_id, media_group_id, part, caption, caption_entities, "
    "update_id) VALUES (%s, %s, %s, %s, '', 0, '', '[]', %s); "
)
# What a delivery has to know besides the message itself. The chat of a private conversation is the client.
DELIVERY_FACTS = """
SELECT bot.id, bot.encrypted_token, client.external_id,
    ARRAY(SELECT part FROM telegram_bridge_telegrammessage WHERE message_id = message.id),
    EXISTS(SELECT FROM tickets_attachment WHERE message_id = message.id),
    (SELECT telegram_id FROM telegram_bridge_telegrammessage AS target
     WHERE target.message_id = message.reply_to_id AND target.bot_id = bot.id
     AND target.chat_id = client.external_id
     ORDER BY part, telegram_id LIMIT 1),
    bot.paused_until
FROM tickets_message AS message
JOIN tickets_ticket AS ticket ON ticket.id = message.ticket_id
JOIN tickets_client AS client ON client.id = ticket.client_id
LEFT JOIN telegram_bridge_bot AS bot ON bot.inbox_id = client.inbox_id
WHERE message.id = %s
"""


@dataclass(frozen=True)
class Remembered:
    """A Telegram message that is `message_id` of ours."""

    chat_id: int
    telegram_id: int
    message_id: int


@dataclass(frozen=True)
class DeliveryFacts:
    """Where a message goes, which parts have arrived, which Telegram message it answers, and until when
    Telegram has the bot wait."""

    bot_id: int | None
    encrypted_token: str
    chat_id: int
    delivered: list[int]
    has_files: bool
    reply_to: int | None
    paused_until: datetime | None


def delivery_facts(message: Message) -> DeliveryFacts:
    with connection.cursor() as cursor:
        cursor.execute(DELIVERY_FACTS, [message.pk])
        return DeliveryFacts(*cursor.fetchone())


@dataclass(frozen=True)
class Taken:
    """The lane's oldest update, whether there is none behind it, and the client whose private chat the lane
    is, when we know them."""

    update: Update
    is_last: bool
    client: Client | None


def take_oldest(bot_id: int, chat_id: int, inbox_id: int) -> Taken | None:
    """The lane's next update, once the lane is ours (it stays so until the transaction ends)."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OLDEST, [f"{bot_id}:{chat_id}", bot_id, chat_id, inbox_id, chat_id])
        cursor.nextset()
        updates = cursor.fetchall()
        if not updates:
            return None
        cursor.nextset()
        client = cursor.fetchone()
    update = Update.from_db(connection.alias, UPDATE_FIELDS, updates[0])
    return Taken(update, len(updates) == 1, _client(client))


def client(inbox_id: int, external_id: int) -> Client | None:
    with connection.cursor() as cursor:
        cursor.execute(CLIENT, [inbox_id, external_id])
        return _client(cursor.fetchone())


def _client(row: Any) -> Client | None:
    if not row:
        return None
    client = Client.from_db(connection.alias, CLIENT_FIELDS, row)
    client.attributes = json.loads(client.attributes)  # Django leaves jsonb as text to its fields
    return client


def open_ticket(client: Client) -> Ticket | None:
    """The client's ticket that isn't closed, its row locked."""
    ticket = next(iter(Ticket.objects.raw(OPEN_TICKET, [client.pk])), None)
    if ticket is not None:
        ticket.client = client
    return ticket


def mark_done(
    update: Update, state: Update.State, remembered: Sequence[Remembered], *, note: str, at: datetime
) -> None:
    """The update has had its effect, and these Telegram messages are ours from now on. Raises IntegrityError
    when one of them is known already."""
    values: list[Any] = []
    for one in remembered:
        values += [update.bot_id, one.chat_id, one.telegram_id, one.message_id, update.pk]
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER * len(remembered) + MARK_DONE, [*values, str(state), note, at, update.pk])
