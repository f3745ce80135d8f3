"""Until when a ticket can be put aside, in the zone of who does it; and the clock that wakes it."""

import logging
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import properties
from tickets.errors import OperationRefused
from tickets.models import Ticket

logger = logging.getLogger(__name__)

MORNING = time(9)
UNTIL_REPLY = "reply"
CHOICES = {
    "hour": _("For an hour"),
    "hours": _("For three hours"),
    "tomorrow": _("Until tomorrow, 9:00"),
    "week": _("Until Monday, 9:00"),
    UNTIL_REPLY: _("Until the client writes"),
}
# So many are woken in one round; the next one takes the rest.
MOST_AT_ONCE = 100


def moment_of(choice: str, *, now: datetime) -> datetime | None:
    """When what was chosen is over, in the current time zone; None for `reply`. Raises KeyError for a choice
    that there isn't."""
    here = timezone.localtime(now)
    monday = here.date() + timedelta(days=7 - here.weekday())
    return {
        "hour": now + timedelta(hours=1),
        "hours": now + timedelta(hours=3),
        "tomorrow": timezone.make_aware(datetime.combine(here.date() + timedelta(days=1), MORNING)),
        "week": timezone.make_aware(datetime.combine(monday, MORNING)),
        UNTIL_REPLY: None,
    }[choice]


def wake_due(now: datetime) -> int:
    """Brings back the tickets whose time has come, the earliest first; how many those were."""
    due = Ticket.objects.open().filter(snoozed_until__lte=now).order_by("snoozed_until")
    woken = 0
    for ticket in due[:MOST_AT_ONCE]:
        try:
            woken += properties.wake(ticket, now=now)
        except OperationRefused as refusal:  # it went between our look and the lock
            logger.info("Ticket %s was not woken: %s", ticket.pk, refusal)
    return woken
