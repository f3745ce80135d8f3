"""Who wrote: the client as Telegram describes them now, followed in name, user name, language and picture."""

from datetime import timedelta

from telegram_bridge import hot_queries
from telegram_bridge.content.names import full_name
from telegram_bridge.content.reading import Json, needed_id, words
from telegram_bridge.incoming.handling import Source
from telegram_bridge.jobs import queue_avatar
from tickets import steps
from tickets.journal import CLIENT, Change
from tickets.models import Client, Ticket

# Telegram doesn't tell of a changed picture: it is looked for when the client writes, this often at most.
PICTURE_EVERY = timedelta(days=1)


def client_and_ticket(
    change: Change, source: Source, user: Json, *, writes_client: bool = False
) -> tuple[Client, Ticket | None]:
    """The client and their open ticket, locked; a client who is new is made.

    The client's row is locked first when it changes, here or (`writes_client`) by the caller: a delivery
    that finds the bot blocked locks in the same order.
    """
    external_id = needed_id(user, "id", of="from")
    profile: dict[str, str | int] = {
        "name": full_name(user),
        "username": words(user, "username", most=64),
        "language_code": words(user, "language_code", most=16),
        "is_premium": user.get("is_premium") is True,
    }
    client = source.client
    if client is None or client.external_id != external_id:
        client = hot_queries.client(source.inbox_id, external_id)
    if client is None:
        client = Client.objects.create(
            inbox_id=source.inbox_id, external_id=external_id, avatar_checked_at=change.now, **profile
        )
        queue_avatar(client.pk)
        return client, None
    changed = {field: value for field, value in profile.items() if getattr(client, field) != value}
    asked_at = client.avatar_checked_at
    picture_is_due = bool(changed) or asked_at is None or change.now - asked_at >= PICTURE_EVERY
    if picture_is_due or writes_client or not client.is_reachable:
        client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if picture_is_due:
        client.avatar_checked_at = change.now
        client.save(update_fields=["avatar_checked_at"])
        queue_avatar(client.pk)
    ticket = hot_queries.open_ticket(client)
    if changed:
        steps.follow_profile(change, ticket, client, **changed)
    # Who writes to us can be written to.
    steps.mark_reachable(change, ticket, client, reachable=True, actor=CLIENT)
    return client, ticket
