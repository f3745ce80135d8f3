"""Tells open pages that something changed: ids and numbers only, after the commit, at most once.

Nothing depends on it: a page that heard nothing asks the journal (tickets/hub.py). So a Redis that is away
costs a moment and is logged, never raised at whoever changed the ticket.
"""

import asyncio
import logging
import threading
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "tickets"
MESSAGE_TYPE = "tickets.changed"


class Publisher:
    """One event loop in a thread of its own, so that any thread can publish over one kept connection.

    (`async_to_sync` would make a loop, and with it a new connection, for every message.)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending = asyncio.Lock()
        self._pending: dict[int, int] = {}

    def publish(self, tickets: dict[int, int]) -> None:
        with self._lock:
            under_way = bool(self._pending)
            self._pending.update(tickets)
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
                tickets, self._pending = self._pending, {}
            await self._send(tickets)

    async def _send(self, tickets: dict[int, int]) -> None:
        layer: Any = get_channel_layer()
        message = {"type": MESSAGE_TYPE, "tickets": [[pk, seq] for pk, seq in tickets.items()]}
        try:
            await layer.group_send(GROUP, message)
        except Exception as error:  # whatever the channel layer's client raises: see the module's promise
            logger.warning("Open pages were not told of a change, they will ask: %s", error)


_publisher = Publisher()


def changed(tickets: dict[int, int]) -> None:
    """Tells every web process the last journal number of each changed ticket. Returns at once."""
    _publisher.publish(tickets)
