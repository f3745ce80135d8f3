"""What the tests of the ticket page start from: signed-in browsers, pictures, messages of any kind."""

import base64
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.utils import timezone

from staff.models import User
from tickets import steps
from tickets.content import Content, NewFile
from tickets.journal import change
from tickets.models import Message, Ticket

# One red pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def browser_of(user: User | None, **extra: Any) -> Browser:
    """A browser that `user` is signed in with; nobody, without one."""
    browser = Browser(**extra)
    if user is not None:
        browser.force_login(user)
    return browser


def picture(**fields: Any) -> NewFile:
    defaults: dict[str, Any] = {"kind": "photo", "mime_type": "image/png", "size": len(PNG)}
    defaults |= {"width": 1, "height": 1}
    return NewFile(file=ContentFile(PNG, "picture.png"), **(defaults | fields))


def stored(name: str, body: bytes, **fields: Any) -> NewFile:
    return NewFile(name=name, size=len(body), file=ContentFile(body, name), **fields)


def receive(ticket: Ticket, content: Content, **more: Any) -> Message:
    """A message of the ticket's client, as ingest would write it."""
    with change() as opened:
        locked = Ticket.objects.locked().get(pk=ticket.pk)
        return steps.receive_message(opened, locked, content, written_at=timezone.now(), **more)
