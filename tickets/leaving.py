"""What becomes of the tickets of somebody who left: they are nobody's again, with a line that says so.

The worker looks every moment, so it doesn't matter who deactivated them, on a page or by a script.
"""

import logging

from tickets import steps
from tickets.errors import OperationRefused
from tickets.journal import SYSTEM, change
from tickets.models import Ticket
from tickets.operations import locked

logger = logging.getLogger(__name__)

# So many are handed back in one round; the next one takes the rest.
MOST_AT_ONCE = 100


def hand_back() -> int:
    """Takes tickets that aren't closed away from who no longer works here; how many those were."""
    theirs = Ticket.objects.open().filter(assignee__is_active=False).order_by("pk")
    handed_back = 0
    for ticket in theirs[:MOST_AT_ONCE]:
        try:
            handed_back += _hand_back(ticket.pk)
        except OperationRefused as refusal:  # it went between our look and the lock
            logger.info("Ticket %s was not handed back: %s", ticket.pk, refusal)
    return handed_back


def _hand_back(ticket_id: int) -> bool:
    with change() as opened:
        ticket = locked(ticket_id)
        if ticket.is_closed or ticket.assignee is None or ticket.assignee.is_active:
            return False  # given to a colleague meanwhile
        steps.unassign(opened, ticket, SYSTEM)
    return True
