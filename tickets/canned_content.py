"""A canned reply as a message of its own, with its files: for who sends it without a composer."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from tickets.content import Content, NewFile
from tickets.file_types import kind_of_upload
from tickets.filling import formatted
from tickets.models import CannedFile, CannedReply, Message
from tickets.models.shared import Audience

# Whoever deletes one of them waits for our transaction, and only then is it gone from the disk. Two who send
# the same reply don't wait for each other.
HELD = "SELECT * FROM tickets_cannedfile WHERE reply_id = %s ORDER BY position, id FOR KEY SHARE"


@contextmanager
def content_of(reply_id: int, values: Mapping[str, str]) -> Iterator[Content | None]:
    """The canned reply for everybody with this id, its variables filled with `values`, and its files open
    while the block runs: the step copies them. None when there is no such reply (any more).

    Asks for an open transaction.
    """
    held = list(CannedFile.objects.raw(HELD, [reply_id]))
    # Read after its files: a reply that is being deleted has lost them by now, and is itself no longer there.
    reply = CannedReply.objects.filter(pk=reply_id, audience=Audience.ALL).first()
    if reply is None:
        yield None
        return
    text, entities = formatted(reply.text, values)
    with ExitStack() as stack:
        files = [_new_file(file, stack) for file in held]
        kind: str = Message.Kind.TEXT
        if files:
            kind = Message.Kind.ALBUM if len(files) > 1 else files[0].kind
        yield Content(kind=kind, text=text, entities=entities, files=files)


def _new_file(canned: CannedFile, stack: ExitStack) -> NewFile:
    """As what the composer would send it."""
    file = stack.enter_context(canned.file.open("rb"))
    kind, dimensions = kind_of_upload(cast(BinaryIO, file), mime_type=canned.mime_type, size=canned.size)
    width, height = dimensions or (None, None)
    return NewFile(
        kind=kind,
        name=canned.name,
        mime_type=canned.mime_type,
        size=canned.size,
        width=width,
        height=height,
        file=file,
    )
