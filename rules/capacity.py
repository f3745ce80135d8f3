"""How many active tickets rules give one person at most (User.capacity): whoever has as many has no room."""

from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tickets.models import Ticket


def has_room() -> Q:
    """The condition on employees: no capacity, or fewer active tickets than that.

    A subquery, so that it costs no query of its own.
    """
    theirs = Ticket.objects.active().filter(assignee=OuterRef("pk")).order_by().values("assignee")
    active = Subquery(theirs.annotate(number=Count("pk")).values("number"))
    return Q(capacity__isnull=True) | Q(capacity__gt=Coalesce(active, 0))


def hold(people: Any) -> None:
    """Until the transaction ends nobody else gives a ticket to whoever of `people` has a capacity.

    Somebody may be of two teams, or have had the client before, and each would count the same room. To be
    called before the count, in a statement of its own: only a later one sees what was committed while we
    waited. Their rows are locked in one order, so that two rules never wait for each other.
    """
    limited = people.filter(capacity__isnull=False).order_by("pk").only("pk")
    list(limited.select_for_update(of=("self",), no_key=True))
