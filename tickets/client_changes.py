"""Verbs for what staff keep of a client: notes, attributes, tags, and whether they are banned.

Each locks the client's row first and then the newest ticket's, as ingest does. Of two who change the same the
later one is told; nothing is overwritten in silence.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from staff.models import User
from tickets import property_steps
from tickets.content import storable
from tickets.errors import OperationRefused
from tickets.journal import Change, by_staff, change
from tickets.models import Client, Tag, Ticket
from tickets.operations import require_worker

LONGEST_NOTES = 10_000  # characters
LONGEST_NAME, LONGEST_VALUE, MOST_ATTRIBUTES = 60, 500, 50


@contextmanager
def _changing(client: Client, staff: User) -> Iterator[tuple[Change, Client, Ticket | None]]:
    with change() as opened:
        require_worker(staff)
        locked = Client.objects.select_for_update(of=("self",), no_key=True).filter(pk=client.pk).first()
        if locked is None:
            raise OperationRefused(_("This client no longer exists."))
        newest = Ticket.objects.locked().filter(client=locked).order_by("-pk").first()
        yield opened, locked, newest


def set_notes(client: Client, *, notes: str, staff: User, was: str) -> Client:
    """The client with `notes`. Refused when they no longer are `was`, and when they are too long."""
    notes, was = _plain(notes), _plain(was)
    if len(notes) > LONGEST_NOTES:
        raise OperationRefused(_("Notes have at most %(limit)d characters.") % {"limit": LONGEST_NOTES})
    with _changing(client, staff) as (opened, locked, ticket):
        if locked.notes != notes:
            if _plain(locked.notes) != was:
                raise OperationRefused(
                    _("Somebody changed the notes meanwhile, to “%(now)s”. Yours were not saved.")
                    % {"now": locked.notes}
                )
            property_steps.change_client(opened, ticket, locked, by_staff(staff), notes=notes)
    return locked


def set_attribute(client: Client, *, name: str, value: str, staff: User, was: str) -> Client:
    """The client with the attribute; an empty `value` removes it. Refused when it no longer is `was` (empty
    for none), and when there are too many."""
    name, value = " ".join(storable(name).split()), storable(value).strip()
    if not name:
        raise OperationRefused(_("An attribute needs a name."))
    if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
        limits = {"name": LONGEST_NAME, "value": LONGEST_VALUE}
        words = _("A name has at most %(name)d characters, and a value %(value)d.")
        raise OperationRefused(words % limits)
    with _changing(client, staff) as (opened, locked, ticket):
        now = str(locked.attributes.get(name, ""))
        if now == value:
            return locked
        if now != was:
            words = _("“%(name)s” is “%(now)s” by now. Nothing was overwritten.")
            raise OperationRefused(words % {"name": name, "now": now or _("not set")})
        attributes = {key: one for key, one in locked.attributes.items() if key != name}
        if value:
            attributes = {**locked.attributes, name: value}
        if len(attributes) > MOST_ATTRIBUTES:
            raise OperationRefused(_("%(limit)d attributes at most.") % {"limit": MOST_ATTRIBUTES})
        property_steps.change_client(opened, ticket, locked, by_staff(staff), attributes=attributes)
    return locked


def change_tags(client: Client, *, add: list[Tag], remove: list[Tag], staff: User) -> Client:
    """The client with the tags `add` and without the tags `remove`; all others stay."""
    with _changing(client, staff) as (opened, locked, ticket):
        there = set(locked.tags.values_list("pk", flat=True))
        added = [tag for tag in add if tag.pk not in there]
        removed = [tag for tag in remove if tag.pk in there]
        if added or removed:
            locked.tags.add(*added)
            locked.tags.remove(*removed)
            property_steps.change_client(opened, ticket, locked, by_staff(staff))
    return locked


def set_banned(client: Client, *, banned: bool, staff: User) -> Client:
    """The client, banned or no longer; told in their newest ticket."""
    with _changing(client, staff) as (opened, locked, ticket):
        if locked.is_banned != banned:
            property_steps.set_banned(opened, ticket, locked, banned=banned, actor=by_staff(staff))
    return locked


def _plain(text: str) -> str:
    """As it is kept; browsers send line ends in their own way."""
    return storable(text).replace("\r\n", "\n").strip()
