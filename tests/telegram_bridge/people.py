"""A client in the simulator with a ticket that an employee has in progress, and what the employee does."""

from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from staff.models import User
from telegram_bridge.models import Bot, TelegramMessage
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client, make_message, make_ticket, make_user
from tickets import operations
from tickets.content import Content, NewFile
from tickets.models import Message, Status, Ticket

PICTURE = (Path(__file__).parent / "picture.png").read_bytes()


def person_with_ticket(
    simulator: RunningSimulator, bot: Bot, staff: User | None = None
) -> tuple[SimulatedClient, Ticket]:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    return person, make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=staff or make_user())


def answer(ticket: Ticket, text: str = "Hello", *files: NewFile, **more: Any) -> Message:
    """A reply of the ticket's assignee. `more`: entities, options, buttons; reply_to, quote."""
    how = {name: more.pop(name) for name in ("reply_to", "quote") if name in more}
    staff = ticket.assignee
    assert isinstance(staff, User)
    kind = more.pop("kind", None) or ("text" if not files else "album" if len(files) > 1 else files[0].kind)
    content = Content(kind=kind, text=text, files=list(files), **more)
    return operations.reply(ticket, staff=staff, content=content, **how)


def file(kind: str = "document", name: str = "a.bin", mime_type: str = "application/octet-stream") -> NewFile:
    body = PICTURE if mime_type == "image/png" else b"content of " + name.encode()
    upload = ContentFile(body, name=name)
    return NewFile(kind=kind, name=name, mime_type=mime_type, size=len(body), file=upload)


def picture(name: str = "a.png", kind: str = "photo") -> NewFile:
    return file(kind, name, "image/png")


def said(person: SimulatedClient, bot: Bot, ticket: Ticket, text: str, **more: Any) -> Message:
    """What the client wrote, in Telegram and in the ticket."""
    sent = person.send_text(text, **more)
    theirs = make_message(ticket, content=Content(text=text, entities=more.get("entities", [])))
    TelegramMessage.objects.create(bot=bot, chat_id=person.id, telegram_id=sent["message_id"], message=theirs)
    return theirs


def fate(message: Message) -> tuple[str, object]:
    """(delivery, code of the error) as the database has them."""
    message.refresh_from_db()
    return message.delivery, message.delivery_error.get("code")
