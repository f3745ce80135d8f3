"""Who looks at which ticket and who types in it, as one web process knows it.

Every process hears the same reports over the channel layer, so that all agree. Nothing is stored: whoever is
not reported again in time is gone.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

LOOKING, TYPING, GONE = "looking", "typing", ""
# Two reports may be lost before somebody seems gone (tickets/hub.py reports every 15 s).
LOOKING_SECONDS = 40.0
# The page reports every 4 s while somebody types.
TYPING_SECONDS = 7.0


@dataclass
class _Until:
    looking: float
    typing: float = 0.0


class Presence:
    """The reports that still hold. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[int, dict[int, _Until]] = defaultdict(dict)

    def report(self, ticket_id: int, user_id: int, state: str) -> None:
        people, now = self._until[ticket_id], self._clock()
        if state not in {LOOKING, TYPING}:
            people.pop(user_id, None)
            return
        until = people.setdefault(user_id, _Until(now))
        until.looking = now + LOOKING_SECONDS
        if state == TYPING:
            until.typing = now + TYPING_SECONDS

    def of(self, ticket_id: int) -> dict[int, str]:
        """Who is at the ticket, and whether they are looking or typing."""
        now = self._clock()
        people = self._until.get(ticket_id, {})
        return {
            user_id: TYPING if until.typing > now else LOOKING
            for user_id, until in sorted(people.items())
            if until.looking > now
        }

    def forget_old(self) -> None:
        """What holds no longer takes no room."""
        now = self._clock()
        for ticket_id, people in list(self._until.items()):
            kept = {user_id: until for user_id, until in people.items() if until.looking > now}
            if kept:
                self._until[ticket_id] = kept
            else:
                del self._until[ticket_id]
