"""What a message is made of before it has a row: given to the steps by the browser, the bridge and rules."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File

from tickets.models import Attachment, Message

# json.loads joins a surrogate pair into one character, so whatever surrogate is left stands alone.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class NewFile:
    """A file that comes with a message. Without `file` it waits for a job to fetch it."""

    kind: str = Message.Kind.DOCUMENT
    name: str = ""
    mime_type: str = ""
    size: int | None = None  # bytes
    width: int | None = None  # pixels
    height: int | None = None
    duration: int | None = None  # seconds
    file: "File[bytes] | None" = None
    state: str = Attachment.State.WAITING
    error: str = ""


@dataclass(frozen=True)
class Content:
    """Text, files and what else a kind of message has."""

    kind: str = Message.Kind.TEXT
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    files: list[NewFile] = field(default_factory=list)
    # Of a reply: how it is sent, and the buttons below it (tickets/models/messages.py).
    options: dict[str, Any] = field(default_factory=dict)
    buttons: list[list[dict[str, str]]] = field(default_factory=list)


def storable(text: str) -> str:
    """`text` without what PostgreSQL can't keep: NUL and lone surrogates become the replacement character."""
    return LONE_SURROGATE.sub("\ufffd", text.replace("\x00", "\ufffd"))
