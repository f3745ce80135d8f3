"""Who is called in a note: `@anna` names a colleague by user name, wherever the note comes from."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from staff.models import User
from tickets.errors import OperationRefused
from tickets.models import Ticket
from tickets.utf16 import units

# A user name as Django allows it; not the end of an address such as anna@example.com.
CALL = re.compile(r"(?<![\w@.+-])@([\w.+-]+)")
# What ends a sentence rather than the name before it.
TRAILING = ".+-"
MOST_CALLS = 50


def called_in(text: str, ticket: Ticket) -> tuple[list[User], list[dict[str, Any]]]:
    """Active colleagues who are called in `text`, each once, and where, as entities (UTF-16 units).

    A name that nobody here has means nothing: it may be a Telegram user's. Raises OperationRefused for
    somebody who may not see `ticket`: they would be called to a page that is closed to them.
    """
    calls = [(found.start(), found[1]) for found in CALL.finditer(text)][:MOST_CALLS]
    people = _people(name for _start, name in calls)
    called: dict[int, User] = {}
    entities = []
    for start, written in calls:
        for name in (written, written.rstrip(TRAILING)):
            if person := people.get(name.lower()):
                called[person.pk] = person
                place = {"offset": units(text[:start]), "length": units(f"@{name}")}
                entities.append({"type": "staff_mention", **place})
                break
    for person in called.values():
        if not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists():
            raise OperationRefused(
                _("%(name)s may not see this ticket, so a note can’t call them.") % {"name": person.name}
            )
    return list(called.values()), entities


def _people(names: Iterable[str]) -> dict[str, User]:
    wanted = {form for name in names for form in (name.lower(), name.rstrip(TRAILING).lower())}
    if not wanted:
        return {}
    found = User.objects.active().annotate(folded=Lower("username")).filter(folded__in=wanted)
    return {person.username.lower(): person for person in found}
