"""The queries of the two hot paths, a text into an open ticket and a reply on its way, in plain SQL.

Making the SQL anew costs the ORM more than running it: in plain SQL a full backlog is applied at about
twice the speed. Whatever a rare kind of update needs goes through the ORM.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from telegram_bridge.models import Update
from tickets.models import Client, Message, Ticket

UPDATE_FIELDS = [field.attname for field in Update._meta.concrete_fields]
# Two statements in one way to the database: the second begins when the lane is ours, and sees what the
# holder before us has committed. Its conditions are those of the partial index that serves it.
TAKE_OLDEST = (
    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0)); "  # noqa: S608  (names of our own columns)
    f"SELECT {', '.join(UPDATE_FIELDS)} "
    "FROM telegram_bridge_update WHERE bot_id = %s AND chat_id = %s AND state = 'stored' "
    "ORDER BY id LIMIT 1"
)
OPEN_TICKET = "SELECT * FROM tickets_ticket WHERE client_id = %s AND closed_at IS NULL FOR NO KEY UPDATE"
CLIENT = "SELECT * FROM tickets_client WHERE inbox_id = %s AND external_id = %s"
MARK_DONE = (
    "UPDATE telegram_bridge_update SET state = 'done', error = %s, done_at = %s, tries = tries + 1 "
    "WHERE id = %s"
)
REMEMBER = (
    "INSERT INTO telegram_bridge_telegrammessage "
    "(bot_id, chat_id, telegram_id, message_id, media_group_id, part, caption, caption_entities, "
    "update_id) VALUES (%s, %s, %s, %s, '', 0, '', '[]', %s)"
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


def take_oldest(bot_id: int, chat_id: int) -> Update | None:
    """The lane's next update, once the lane is ours; it stays so until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OLDEST, [f"{bot_id}:{chat_id}", bot_id, chat_id])
        cursor.nextset()
        row = cursor.fetchone()
    return Update.from_db(connection.alias, UPDATE_FIELDS, row) if row else None


def client(inbox_id: int, external_id: int) -> Client | None:
    return next(iter(Client.objects.raw(CLIENT, [inbox_id, external_id])), None)


def open_ticket(client: Client) -> Ticket | None:
    """The client's ticket that isn't closed, its row locked."""
    ticket = next(iter(Ticket.objects.raw(OPEN_TICKET, [client.pk])), None)
    if ticket is not None:
        ticket.client = client
    return ticket


def mark_done(update: Update, *, note: str, at: datetime) -> None:
    _run(MARK_DONE, note, at, update.pk)


def remember(bot_id: int, chat_id: int, telegram_id: int, message: Message, *, update_id: int | None) -> None:
    """Which Telegram message `message` is. Raises IntegrityError when that one is known already."""
    _run(REMEMBER, bot_id, chat_id, telegram_id, message.pk, update_id)


def _run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
