"""A small cast for tests, made by the product's own steps and verbs: what a test starts from."""

import itertools
import uuid
from typing import Any

from django.utils import timezone

from staff.models import User
from telegram_bridge.models import Bot
from tickets import operations, steps
from tickets.content import Content
from tickets.journal import by_staff, change
from tickets.models import Client, Inbox, Message, Status, Ticket

_numbers = itertools.count(1)
CLAIM = uuid.UUID(int=1)  # a worker's attempt to deliver
PASSWORD = "a long enough password 1"


def make_user(username: str = "", *, password: str = PASSWORD, **fields: Any) -> User:
    """An active employee."""
    name = username or f"employee{next(_numbers)}"
    user: User = User.objects.create_user(name, password=password, **fields)
    return user


def make_inbox(name: str = "") -> Inbox:
    return Inbox.objects.create(name=name or f"Inbox {next(_numbers)}")


def make_bot(token: str = "", *, inbox: Inbox | None = None, **fields: Any) -> Bot:
    """A bot with an inbox of its own."""
    token = token or f"{1_000_000 + next(_numbers)}:for-tests"
    bot = Bot(inbox=inbox or make_inbox(), telegram_id=int(token.partition(":")[0]), **fields)
    bot.token = token
    bot.save()
    return bot


def make_client(*, inbox: Inbox | None = None, **fields: Any) -> Client:
    number = next(_numbers)
    defaults = {"external_id": 5_000_000_000 + number, "name": f"Client {number}"}
    return Client.objects.create(inbox=inbox or make_inbox(), **(defaults | fields))


def make_ticket(
    *,
    client: Client | None = None,
    status: int = Status.OPEN_ID,
    assignee: User | None = None,
    text: str = "",
) -> Ticket:
    """A ticket of `client` (a new one when left out), with a first message when there is a `text`."""
    with change() as opened:
        ticket = steps.open_ticket(opened, client or make_client())
        if text:
            content = Content(text=text)
            steps.receive_message(opened, ticket, content, written_at=timezone.now())
        if assignee is not None:
            steps.assign(opened, ticket, assignee, by_staff(assignee))
        if status != ticket.status_id:
            staff = assignee or make_user()
            steps.set_status(opened, ticket, Status.objects.get(pk=status), by_staff(staff))
    return ticket


def make_message(
    ticket: Ticket, *, text: str = "Hello", author: User | None = None, content: Content | None = None
) -> Message:
    """A message of the ticket's client, or with `author` (the assignee of the ticket in progress) a reply."""
    content = content or Content(text=text)
    if author is not None:
        return operations.reply(ticket, staff=author, content=content)
    with change() as opened:
        locked = Ticket.objects.locked().get(pk=ticket.pk)
        return steps.receive_message(opened, locked, content, written_at=timezone.now())
