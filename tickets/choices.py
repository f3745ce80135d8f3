"""What the filters of the ticket list offer besides statuses and people: teams, inboxes, tags; one query."""

from dataclasses import dataclass, field

from django.db.models import CharField, Value

from staff.models import Team, User
from staff.roles import MANAGE_DESK
from tickets.models import Inbox, Tag

Offered = list[tuple[str, str]]  # (id, name)


@dataclass(frozen=True)
class Choices:
    teams: Offered = field(default_factory=list)
    inboxes: Offered = field(default_factory=list)
    tags: Offered = field(default_factory=list)
    # The teams that one may share something with.
    sharing: Offered = field(default_factory=list)


def choices_for(staff: User) -> Choices:
    """The teams, the inboxes that `staff` may see, and the tags; each by name."""
    found = Choices()
    kinds = {
        "teams": Team.objects.all(),
        "inboxes": Inbox.objects.visible_to(staff),
        "tags": Tag.objects.all(),
        "sharing": Team.objects.all() if staff.has_perm(MANAGE_DESK) else staff.teams.all(),
    }
    parts = [
        rows.order_by().values_list(Value(kind, output_field=CharField()), "pk", "name")
        for kind, rows in kinds.items()
    ]
    rows = parts[0].union(*parts[1:], all=True)
    for kind, pk, name in sorted(rows, key=lambda row: (row[2].casefold(), row[1])):
        getattr(found, kind).append((str(pk), name))
    return found
