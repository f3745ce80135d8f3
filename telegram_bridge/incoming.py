"""What an update does to the desk: applied inside the one transaction that also marks it done.

Each handler returns a note: why the update changed nothing, or an empty text when it did its work.

Updates are read as Telegram's own JSON, not through python-telegram-bot's types: those refuse a whole
message when a detail of it, which nobody here looks at, is newer or older than the library. What is needed
and not there raises, and the update is kept as failed.
"""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from telegram_bridge import hot_queries
from telegram_bridge.content import FileAt, Received, full_name, joined, received
from telegram_bridge.files import expect_files
from telegram_bridge.hot_queries import Remembered
from telegram_bridge.jobs import queue_callback_answer, queue_greeting
from telegram_bridge.models import TelegramFile, TelegramMessage, Update
from tickets import steps
from tickets.content import Content, storable
from tickets.journal import CLIENT, Change
from tickets.models import Client, Message, Ticket

Json = dict[str, Any]

# https://core.telegram.org/bots/features#deep-linking
START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII)
LONGEST_QUOTE = 1024  # https://core.telegram.org/bots/api#textquote


@dataclass(frozen=True)
class Source:
    """Where an update came from: the bot's row and its inbox."""

    bot_id: int
    inbox_id: int
    update_id: int | None = None  # the row's, not Telegram's
    # Whose private chat it is, read together with the update.
    client: Client | None = None
    # Written with the update's own row, in one way to the database.
    remembered: list[Remembered] = field(default_factory=list)


def apply(change: Change, source: Source, update: Update, *, careful: bool = False) -> str:
    """Applies one stored update. Raises whatever is wrong with it; then nothing of it is kept.

    `careful`: first look whether its message is known already, since a try before met that.
    """
    raw = json.loads(update.raw)
    kind = next(name for name in raw if name != "update_id")
    body = raw[kind]
    if kind == "message":
        return _message(change, source, body, careful=careful)
    if kind == "edited_message":
        return _edited(change, source, body)
    if kind == "my_chat_member":
        return _membership(change, source, body)
    if kind == "callback_query":
        queue_callback_answer(source.bot_id, body["id"])
        return "A button was pressed; buttons have no use here yet."
    return f"Not handled yet: {kind}"


def _outside(message: Json) -> str:
    """Why a message is no client's message to us; empty when it is one."""
    if message["chat"]["type"] != "private":
        return f"Not a private chat: {message['chat']['type']}"
    sender = message.get("from")
    if not sender:
        return "The message has no sender."
    return "Written by a bot." if sender["is_bot"] else ""


def _message(change: Change, source: Source, message: Json, *, careful: bool) -> str:
    if note := _outside(message):
        return note
    if careful and _known(source, message).exists():
        return "This message is known already."
    start = START.fullmatch(message.get("text") or "")
    client, ticket = _client_and_ticket(change, source, message["from"], writes_client=bool(start))
    if start:
        return _start(source, client, start[1] or "")
    got = received(message)
    if ticket is not None and (album := _album(source, message, ticket)):
        _extend_album(change, source, album, message, got)
        return ""
    if ticket is None:
        ticket = steps.open_ticket(change, client)
    _receive(change, source, ticket, message, got)
    return ""


def _receive(change: Change, source: Source, ticket: Ticket, message: Json, got: Received) -> Message:
    target, quote = _reply(source, message)
    written = steps.receive_message(
        change, ticket, got.content, written_at=_time(message["date"]), reply_to=target, quote=quote
    )
    _remember(source, message, written, got)
    if got.files_at:
        expect_files(source.bot_id, list(written.attachments.all()), got.files_at)
    return written


def _remember(source: Source, message: Json, ours: Message, got: Received) -> None:
    group = message.get("media_group_id") or ""
    if not group:
        source.remembered.append(Remembered(message["chat"]["id"], message["message_id"], ours.pk))
        return
    TelegramMessage.objects.create(
        bot_id=source.bot_id,
        chat_id=message["chat"]["id"],
        telegram_id=message["message_id"],
        message=ours,
        media_group_id=storable(group),
        caption=got.content.text,
        caption_entities=got.content.entities,
        update_id=source.update_id,
    )


def _known(source: Source, message: Json) -> Any:
    return TelegramMessage.objects.filter(
        bot=source.bot_id, chat_id=message["chat"]["id"], telegram_id=message["message_id"]
    )


def _client_and_ticket(
    change: Change, source: Source, user: Json, *, writes_client: bool = False
) -> tuple[Client, Ticket | None]:
    """The client as Telegram describes them now, and their open ticket, locked.

    The client's row is locked first when it changes, here or (`writes_client`) by the caller: a delivery
    that finds the bot blocked locks in the same order.
    """
    profile = {
        "name": full_name(user),
        "username": storable(user.get("username") or "")[:64],
        "language_code": storable(user.get("language_code") or "")[:16],
    }
    key = {"inbox_id": source.inbox_id, "external_id": user["id"]}
    client = source.client
    if client is None or client.external_id != user["id"]:
        client = hot_queries.client(source.inbox_id, user["id"])
    if client is None:
        return Client.objects.create(**key, **profile), None
    changed = {field: value for field, value in profile.items() if getattr(client, field) != value}
    if changed or writes_client or not client.is_reachable:
        client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    ticket = hot_queries.open_ticket(client)
    if changed:
        steps.follow_profile(change, ticket, client, **changed)
    # Who writes to us can be written to.
    steps.mark_reachable(change, ticket, client, reachable=True, actor=CLIENT)
    return client, ticket


def _start(source: Source, client: Client, payload: str) -> str:
    if payload:
        client.start_payload = storable(payload)[:64]
        client.save(update_fields=["start_payload"])
    queue_greeting(source.bot_id, client)
    return "The bot was started; the client is greeted."


def _reply(source: Source, message: Json) -> tuple[Message | None, str]:
    """What the message answers: our message, when we know it, and the quoted words."""
    quote = str((message.get("quote") or {}).get("text") or "")
    if target := message.get("reply_to_message"):
        if found := _known(source, target | {"chat": message["chat"]}).select_related("message").first():
            return found.message, quote
        quote = quote or str(target.get("text") or target.get("caption") or "")[:LONGEST_QUOTE]
    return None, quote


# Albums


def _album(source: Source, message: Json, ticket: Ticket) -> Message | None:
    """What came before of the same album in the client's open `ticket`. A part that is later than the closing
    of its ticket begins anew: nobody would look for it in a closed one."""
    if not (group := message.get("media_group_id")):
        return None
    parts = TelegramMessage.objects.filter(
        bot=source.bot_id, chat_id=message["chat"]["id"], media_group_id=storable(group)
    )
    part = parts.filter(message__ticket=ticket).select_related("message").first()
    if part is None:
        return None
    part.message.ticket = ticket
    return part.message


def _extend_album(change: Change, source: Source, album: Message, message: Json, got: Received) -> None:
    _remember(source, message, album, got)
    text, entities = _captions(album)
    content = replace(got.content, text=text, entities=entities)
    expect_files(source.bot_id, steps.extend_album(change, album, content), got.files_at)


def _captions(album: Message) -> tuple[str, list[Json]]:
    """The captions of all parts as one text, in the order of the parts."""
    parts = TelegramMessage.objects.filter(message=album).order_by("telegram_id")
    return joined(list(parts.values_list("caption", "caption_entities")))


# Edits


def _edited(change: Change, source: Source, message: Json) -> str:
    if note := _outside(message):
        return note
    client, ticket = _client_and_ticket(change, source, message["from"])
    got = received(message)
    edited_at = _time(message.get("edit_date") or message["date"])
    known = _known(source, message).select_related("message").first()
    if known is None:
        # Written before this desk knew the bot: what it says now is all there is, so it is kept as new.
        written = _receive(change, source, ticket or steps.open_ticket(change, client), message, got)
        written.edited_at = edited_at
        written.save(update_fields=["edited_at"])
        return "An edit of a message that was not known; kept as a new one."
    ours = known.message
    ours.ticket = (
        ticket
        if ticket is not None and ticket.pk == ours.ticket_id
        else Ticket.objects.locked().get(pk=ours.ticket_id)
    )
    content, new = _as_edited(known, got)
    first = ours.attachments.count()
    if not steps.edit_message(change, ours, content, edited_at=edited_at):
        return "An edit that changed nothing that is shown."
    expect_files(source.bot_id, list(ours.attachments.filter(position__gte=first)), new)
    return ""


def _as_edited(known: TelegramMessage, got: Received) -> tuple[Content, list[FileAt]]:
    """What our message says after the edit; its files are those that it has not yet, and where they lie."""
    content, ours = got.content, known.message
    if known.media_group_id:
        known.caption, known.caption_entities = content.text, content.entities
        known.save(update_fields=["caption", "caption_entities"])
        text, entities = _captions(ours)
        content = replace(content, kind=ours.kind, text=text, entities=entities, details=ours.details)
    files = TelegramFile.objects.filter(attachment__message=ours)
    have = set(files.values_list("file_unique_id", flat=True))
    pairs = zip(content.files, got.files_at, strict=True)
    new = [(file, at) for file, at in pairs if at.file_unique_id not in have]
    return replace(content, files=[file for file, _ in new]), [at for _, at in new]


# Blocking and unblocking the bot


def _membership(change: Change, source: Source, body: Json) -> str:
    """https://core.telegram.org/bots/api#chatmemberupdated in a private chat: the client blocked the bot or
    took it back."""
    if body["chat"]["type"] != "private":
        return f"Not a private chat: {body['chat']['type']}"
    reachable = body["new_chat_member"]["status"] not in {"kicked", "left"}
    client = (
        Client.objects.select_for_update(no_key=True)
        .filter(inbox=source.inbox_id, external_id=body["from"]["id"])
        .first()
    )
    if client is None:
        return "Nobody we know."
    steps.mark_reachable(change, hot_queries.open_ticket(client), client, reachable=reachable, actor=CLIENT)
    return ""


def _time(seconds: int) -> datetime:
    """Telegram's Unix time."""
    return datetime.fromtimestamp(seconds, UTC)
