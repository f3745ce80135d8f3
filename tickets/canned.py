"""Canned replies: texts that are written often, put into the composer by `/shortcut`, variables filled in."""

import re

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from staff.models import User
from tickets.errors import OperationRefused
from tickets.models import CannedReply, Ticket
from tickets.sendable import LONGEST_REPLY
from tickets.sharing import require_keeper, team_shared_with

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
VARIABLES = ("client.name", "client.first_name", "ticket.number", "me.name")
MOST_SUGGESTED = 8
LONGEST_TITLE = 120


def usable(staff: User) -> QuerySet[CannedReply]:
    """Their own, their teams', everybody's; by shortcut."""
    return CannedReply.objects.filter(CannedReply.usable_by(staff)).select_related("owner", "team").distinct()


def suggested(staff: User, typed: str) -> list[CannedReply]:
    """Those whose shortcut begins with what is typed, or whose title has it; the best first."""
    replies = usable(staff).filter(Q(shortcut__istartswith=typed) | Q(title__icontains=typed))
    return list(replies[:MOST_SUGGESTED])


def filled(text: str, *, ticket: Ticket, staff: User) -> str:
    """The text with its variables' values; one that there is not any more stays as it is written."""
    name = ticket.client.name
    values = {
        "client.name": name,
        "client.first_name": name.split()[0] if name.split() else name,
        "ticket.number": str(ticket.pk),
        "me.name": staff.name,
    }
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def save_canned(
    staff: User,
    reply: CannedReply | None,
    *,
    shortcut: str,
    title: str,
    text: str,
    audience: str,
    team: int | None,
) -> CannedReply:
    """The reply as it was typed, new without `reply`. Raises OperationRefused."""
    if reply is not None:
        require_keeper(staff, reply)
    reply = reply or CannedReply(owner=staff)
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise OperationRefused(_("A canned reply needs a text."))
    if len(text) > LONGEST_REPLY:
        raise OperationRefused(_("The text is too long to be sent."))
    for name in VARIABLE.findall(text):
        if name not in VARIABLES:
            raise OperationRefused(_("There is no variable “%(name)s”.") % {"name": name})
    reply.team = team_shared_with(staff, audience=audience, team=team)
    reply.audience, reply.text = audience, text
    reply.shortcut = shortcut.strip().removeprefix("/").lower()
    reply.title = " ".join(title.replace("\0", "").split())[:LONGEST_TITLE]
    try:
        reply.full_clean()
        reply.save()
    except ValidationError as error:
        if "shortcut" in error.message_dict:
            raise OperationRefused(_("A shortcut is one word of letters, digits, - and _.")) from error
        raise OperationRefused(error.messages[0]) from error
    except IntegrityError as error:
        raise OperationRefused(_("This shortcut is taken.")) from error
    return reply


def delete_canned(staff: User, reply: CannedReply) -> None:
    require_keeper(staff, reply)
    reply.delete()
