"""What somebody was writing in a ticket, kept on the server: it is there on every device of theirs.

Whoever saves says which version they knew. An older one is refused, with what there is by now: a tab that was
asleep, or a request that came late, never replaces what was written after it.
"""

from dataclasses import dataclass

from django.db import transaction

from staff.models import User
from tickets.models import Draft
from tickets.sendable import LONGEST_REPLY

# What can't be sent can still be shortened: more than a reply takes is kept too.
LONGEST_DRAFT = 4 * LONGEST_REPLY


@dataclass(frozen=True)
class Kept:
    """The draft of a ticket: `version` counts its changes, 0 for none ever."""

    text: str = ""
    is_note: bool = False
    version: int = 0


def draft_of(staff: User, ticket_id: int) -> Kept:
    rows = list(Draft.objects.filter(staff=staff, ticket=ticket_id).order_by("-version"))
    if not rows:
        return Kept()
    written = next((row for row in rows if row.text), rows[0])
    return Kept(written.text, written.is_note, rows[0].version)


@transaction.atomic(durable=True)
def save_draft(staff: User, ticket_id: int, *, text: str, is_note: bool, known: int) -> tuple[bool, Kept]:
    """Whether `text` is kept now, and what is. With an empty one there is none any more."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=staff.pk)  # their devices, one by one
    now = draft_of(staff, ticket_id)
    if known < now.version:
        return False, now
    kept = Kept(text.replace("\0", "")[:LONGEST_DRAFT], is_note, now.version + 1)
    # A text is a reply or a note; when it changes sides the other one is gone.
    for side in (False, True):
        Draft.objects.update_or_create(
            staff=staff,
            ticket_id=ticket_id,
            is_note=side,
            defaults={"text": kept.text if side == is_note else "", "version": kept.version},
        )
    return True, kept


def forget_draft(staff: User, ticket_id: int) -> None:
    """After what was written was sent; whatever is saved late is older than that."""
    now = draft_of(staff, ticket_id)
    if now.version:
        Draft.objects.filter(staff=staff, ticket=ticket_id).update(text="", version=now.version + 1)
