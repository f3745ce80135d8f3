"""The verbs about a client's profile picture, which a job of the bridge looks for."""

import io
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from tickets.journal import CLIENT, Change, change
from tickets.models import Client, Ticket, TicketEvent
from tickets.picture_size import picture_size


def keep_avatar(client_id: int, *, key: str, picture: bytes) -> bool:
    """The client has this picture now, which Telegram calls `key`; told in their open ticket, when there is
    one. False, and nothing changed, when it is no picture or the client has it already."""
    if picture_size(io.BytesIO(picture)) is None:
        return False
    return _replace(client_id, key[:64], picture)


def remove_avatar(client_id: int) -> bool:
    """The client has no picture (any more). False when there was none."""
    return _replace(client_id, "", None)


def _replace(client_id: int, key: str, picture: bytes | None) -> bool:
    with change() as opened:
        # The client before the ticket, as ingest locks them.
        client = Client.objects.select_for_update(of=("self",), no_key=True).filter(pk=client_id).first()
        if client is None or (client.avatar_key == key and bool(client.avatar) == (picture is not None)):
            return False
        before = client.avatar.name
        if picture is None:
            client.avatar.name = ""
        else:
            client.avatar.save("picture.jpg", ContentFile(picture), save=False)
            opened.files.append(client.avatar)
        client.avatar_key = key
        client.save(update_fields=["avatar", "avatar_key"])
        _tell(opened, client)
        if before:
            # After a crash right here it stays on the disk: a file too many is better than one too few.
            transaction.on_commit(partial(client.avatar.storage.delete, before))
    return True


def _tell(opened: Change, client: Client) -> None:
    ticket = Ticket.objects.locked().open().filter(client=client).first()
    if ticket is not None:
        opened.record(ticket, TicketEvent.Kind.CLIENT_CHANGED, CLIENT)
