"""Tells open pages that something changed: ids and numbers only, after the commit, at most once.

Nothing depends on it: a page that heard nothing asks the journal (tickets/hub.py). So a Redis that is away
costs a moment and is logged, never raised at whoever changed the ticket.
"""

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "tickets"
MESSAGE_TYPE = "tickets.changed"


@dataclass
class News:
    """What waits to be told."""

    # Ticket → its last journal number.
    tickets: dict[int, int] = field(default_factory=dict)
    # (employee, ticket): somebody's own reading, for their other tabs and devices.
    read: set[tuple[int, int]] = field(default_factory=set)
    # Notification → whose it is.
    told: dict[int, int] = field(default_factory=dict)
    # Tickets that have just opened and that nobody has.
    opened: set[int] = field(default_factory=set)
    # Employees who may have lost what they were allowed.
    people: set[int] = field(default_factory=set)
    # (ticket, employee) → "looking", "typing", or "" for gone.
    present: dict[tuple[int, int], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.tickets, self.read, self.told, self.opened, self.people, self.present))

    def add(self, more: "News") -> None:
        self.tickets |= more.tickets
        self.read |= more.read
        self.told |= more.told
        self.opened |= more.opened
        self.people |= more.people
        self.present |= more.present

    def as_message(self) -> dict[str, Any]:
        return {
            "type": MESSAGE_TYPE,
            "tickets": [list(pair) for pair in self.tickets.items()],
            "read": [list(pair) for pair in self.read],
            "told": [list(pair) for pair in self.told.items()],
            "opened": list(self.opened),
            "people": list(self.people),
            "present": [[*whose, state] for whose, state in self.present.items()],
        }


class Publisher:
    """One event loop in a thread of its own, so that any thread can publish over one kept connection.

    (`async_to_sync` would make a loop, and with it a new connection, for every message.)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending = asyncio.Lock()
        self._pending = News()

    def publish(self, news: News) -> None:
        with self._lock:
            under_way = bool(self._pending)
            self._pending.add(news)
        # What comes while a message waits for its turn goes with it: under load there are fewer messages.
        if not under_way:
            asyncio.run_coroutine_threadsafe(self._send_pending(), self._running_loop())

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="live-publisher", daemon=True).start()
            return self._loop

    async def _send_pending(self) -> None:
        async with self._sending:
            with self._lock:
                news, self._pending = self._pending, News()
            await self._send(news)

    async def _send(self, news: News) -> None:
        layer: Any = get_channel_layer()
        try:
            await layer.group_send(GROUP, news.as_message())
        except Exception as error:  # whatever the channel layer's client raises: see the module's promise
            logger.warning("Open pages were not told of a change, they will ask: %s", error)


_publisher = Publisher()


def changed(
    tickets: dict[int, int], *, told: dict[int, int] | None = None, opened: set[int] | None = None
) -> None:
    """Tells every web process the last journal number of each changed ticket, whom which notification is
    for (id → employee), and which tickets are new and nobody's. Returns at once."""
    _publisher.publish(News(tickets=dict(tickets), told=told or {}, opened=opened or set()))


def read(staff_id: int, ticket_id: int) -> None:
    """Tells the other tabs and devices of an employee that they have read (or unread) a ticket."""
    _publisher.publish(News(read={(staff_id, ticket_id)}))


def person_changed(user_id: int) -> None:
    """Makes every web process look anew, now, at what this employee may see: after a deactivation, or a
    change of their role or scope."""
    _publisher.publish(News(people={user_id}))


def present(ticket_id: int, user_id: int, state: str) -> None:
    """Tells every web process: an employee is "looking" at a ticket, is "typing" in it, or has left ("")."""
    _publisher.publish(News(present={(ticket_id, user_id): state}))
