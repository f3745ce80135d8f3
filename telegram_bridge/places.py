"""The places of a worker's queue, and how a job gives its own to others while it only waits for its time.

Eight chats that are each paced to one message a second would otherwise hold back all the others.
"""

import asyncio
from contextvars import ContextVar

# So many jobs may wait beside those that work; more keep their places: not everything is begun at once.
MOST_WAITING = 60


class Places:
    """`most` jobs work at once."""

    def __init__(self, most: int) -> None:
        self.free = asyncio.Semaphore(most)
        self.waiting = 0


class Place:
    """One job's place, from the moment it is taken to the end of the job."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._held = True

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._places.free.release()

    async def rest(self, seconds: float) -> None:
        if self._places.waiting >= MOST_WAITING:
            await asyncio.sleep(seconds)
            return
        self._places.waiting += 1
        self.give_back()
        try:
            await asyncio.sleep(seconds)
            await self._places.free.acquire()
            self._held = True
        finally:
            self._places.waiting -= 1


_current: ContextVar[Place | None] = ContextVar("current_place", default=None)


def occupy(place: Place) -> None:
    """The current task works in `place` from now on."""
    _current.set(place)


async def rest(seconds: float) -> None:
    """Sleeps; meanwhile the current job's place, if it has one, is another's."""
    place = _current.get()
    if seconds <= 0:
        return
    if place is None:
        await asyncio.sleep(seconds)
    else:
        await place.rest(seconds)
