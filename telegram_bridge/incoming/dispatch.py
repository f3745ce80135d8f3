"""What an update does to the desk: applied inside the one transaction that also marks it done.

Each handler returns a note: why the update changed nothing, or an empty text when it did its work. A note
that is `Skipped` says that such updates have no place here (yet).

Updates are read as Telegram's own JSON, not through python-telegram-bot's types: those refuse a whole
message when a detail of it, which nobody here looks at, is newer or older than the library. What is needed
and not there raises, and the update is kept as failed.
"""

import json
import re
from dataclasses import replace

from telegram_bridge.content.messages import Received, received
from telegram_bridge.content.reading import Json, Malformed, moment, needed_moment, needed_part, words
from telegram_bridge.content.service_messages import ASKS_FOR_ANSWER
from telegram_bridge.files import expect_files
from telegram_bridge.incoming import albums, checklists, edits, memberships, polls, presses, reactions
from telegram_bridge.incoming.handling import Skipped, Source
from telegram_bridge.incoming.known_messages import known, place_of, remember
from telegram_bridge.incoming.replies import answered
from telegram_bridge.incoming.senders import client_and_ticket
from telegram_bridge.jobs import queue_greeting
from telegram_bridge.models import Update
from telegram_bridge.update_kinds import NOT_HANDLED, kind_of
from telegram_bridge.update_kinds import UNKNOWN as UNKNOWN_KIND
from tickets import rating_steps, steps
from tickets.content import storable
from tickets.journal import Change
from tickets.models import Client, Message, Ticket

Kind = Message.Kind

# https://core.telegram.org/bots/features#deep-linking
START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII)


def apply(change: Change, source: Source, update: Update, *, careful: bool = False) -> str:
    """Applies one stored update. Raises whatever is wrong with it; then nothing of it is kept.

    `careful`: first look whether its message is known already, since a try before met that.
    """
    raw = json.loads(update.raw)
    kind = kind_of(raw)
    if kind == "message":
        return _message(change, source, needed_part(raw, kind), careful=careful)
    # What these do to a message is told by its journal row, which so leads to the update.
    change.origin = {"update": update.pk}
    if kind == "edited_message":
        return _edited(change, source, needed_part(raw, kind))
    if handler := HANDLERS.get(kind):
        return handler(change, source, needed_part(raw, kind))
    if not kind:
        raise Malformed("the update has no content")
    return Skipped(NOT_HANDLED.get(kind) or UNKNOWN_KIND.format(kind=storable(kind)[:100]))


HANDLERS = {
    "my_chat_member": memberships.membership,
    "callback_query": presses.pressed,
    "message_reaction": reactions.reacted,
    "poll": polls.counted,
    "poll_answer": polls.chosen,
}


def _outside(source: Source, message: Json) -> str:
    """The note of a message that is no client's message to us; empty when it is one."""
    chat = needed_part(message, "chat")
    if chat.get("type") != "private":
        chat_type = words(chat, "type", most=32)
        if not chat_type:
            raise Malformed("chat.type: a text is needed here")
        if memberships.migrated(source, message):
            return "The group became a supergroup; what is known of it followed."
        return Skipped(f"Not a private chat: {chat_type}")
    return Skipped("Written by a bot.") if needed_part(message, "from").get("is_bot") is True else ""


def _message(change: Change, source: Source, message: Json, *, careful: bool) -> str:
    if note := _outside(source, message):
        return note
    if careful and known(source, *place_of(message)).exists():
        return "This message is known already."
    if "poll" in message:
        polls.lock(source, message)
    start = START.fullmatch(words(message, "text"))
    client, ticket = client_and_ticket(change, source, message["from"], writes_client=bool(start))
    if start:
        return _start(change, source, client, ticket, start[1] or "")
    got = received(message)
    if ticket is not None and (album := albums.begun_album(source, message, ticket)):
        albums.extend(change, source, album, message, got)
        return ""
    if ticket is None:
        ticket = (
            _place_of_banned(change, client)
            or _quiet_place(client, got)
            or _place_of_comment(change, source, message, got)
        )
    _receive(change, source, ticket or steps.open_ticket(change, client), message, got)
    return ""


def _quiet_place(client: Client, got: Received) -> Ticket | None:
    """Where a service message that asks for no answer is told when no ticket is open: in the last one."""
    if got.content.kind != Kind.SERVICE or got.content.details["type"] in ASKS_FOR_ANSWER:
        return None
    return _last_ticket(client)


def _place_of_banned(change: Change, client: Client) -> Ticket | None:
    """Where a banned client's words are kept when no ticket is open: they open none. None for all others."""
    if not client.is_banned:
        return None
    ticket = _last_ticket(client) or steps.keep_ticket(change, client)
    ticket.client = client
    return ticket


def _place_of_comment(change: Change, source: Source, message: Json, got: Received) -> Ticket | None:
    """The ticket whose rating these words are about: an answer to our request for it opens none."""
    target = answered(source, message).target
    if target is None or not rating_steps.is_request(target):
        return None
    ticket = Ticket.objects.locked().get(pk=target.ticket_id)
    target.ticket = ticket
    return ticket if rating_steps.comment(change, target, got.content.text) else None


def _last_ticket(client: Client) -> Ticket | None:
    return Ticket.objects.locked().filter(client=client).order_by("-pk").first()


def _receive(change: Change, source: Source, ticket: Ticket, message: Json, got: Received) -> Message:
    answer = answered(source, message)
    content = got.content
    if answer.details:
        content = replace(content, details={**content.details, **answer.details})
    written = steps.receive_message(
        change,
        ticket,
        content,
        written_at=needed_moment(message, "date"),
        reply_to=answer.target,
        quote=answer.quote,
    )
    remember(source, message, written, content)
    if got.files_at:
        expect_files(source.bot_id, list(written.attachments.all()), got.files_at)
    if content.kind == Kind.POLL:
        polls.watch(change, source, written)
    elif content.kind == Kind.SERVICE:
        checklists.follow(change, source, place_of(message)[0], message)
    return written


def _start(change: Change, source: Source, client: Client, ticket: Ticket | None, payload: str) -> str:
    if client.is_banned:
        return "The client is banned: not greeted."
    if payload and ticket is not None:
        ticket.client = client
        steps.start_again(change, ticket, payload[:64])
    elif payload:
        client.start_payload = payload[:64]
        client.save(update_fields=["start_payload"])
    queue_greeting(source.bot_id, client)
    return "The bot was started; the client is greeted."


def _edited(change: Change, source: Source, message: Json) -> str:
    if note := _outside(source, message):
        return note
    if "poll" in message:
        polls.lock(source, message)
    client, ticket = client_and_ticket(change, source, message["from"])
    edited_at = moment(message, "edit_date") or needed_moment(message, "date")
    applied = edits.edit(change, source, message, edited_at=edited_at)
    if applied is not None:
        return applied
    # Written before this desk knew the bot: what it says now is all there is, so it is kept as new.
    ticket = ticket or _place_of_banned(change, client) or steps.open_ticket(change, client)
    written = _receive(change, source, ticket, message, received(message))
    written.edited_at = edited_at
    written.save(update_fields=["edited_at"])
    return "An edit of a message that was not known; kept as a new one."
