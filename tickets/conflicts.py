"""Two people change the same thing at once: the later one is told what it is by now, and by whom.

A form says what its page showed (`was`). The verb compares under the ticket's lock; nothing is overwritten
in silence, and whoever asks for what is the case already has nothing to be told.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tickets.errors import OperationRefused
from tickets.models import Ticket, TicketEvent

# What a page that doesn't know says: whatever it is now may be replaced.
UNKNOWN = object()


def refuse_changed(ticket: Ticket, kinds: Iterable[str], *, was: object, now: object, words: str) -> None:
    """Raises OperationRefused when `was` is known and isn't `now`; `words` say what it is now, and journal
    rows of `kinds` who made it so."""
    if was is UNKNOWN or was == now:
        return
    rows = TicketEvent.objects.filter(ticket=ticket, kind__in=list(kinds), staff__isnull=False)
    latest = rows.select_related("staff").order_by("-seq").first()
    if latest is None or latest.staff is None:
        raise OperationRefused(
            _("This was changed meanwhile, to “%(now)s”. Nothing was overwritten.") % {"now": words}
        )
    raise OperationRefused(
        _("%(name)s changed this meanwhile, to “%(now)s”. Nothing was overwritten.")
        % {"name": latest.staff.name, "now": words}
    )
