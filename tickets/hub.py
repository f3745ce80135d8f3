"""One hub per web process: hears of changes, reads and renders once per change and language, fans out.

A socket that connects with `?after=` goes the same way as one that is live: it is behind, so it is sent
what the journal says since. A dropped frame, a restarted Redis or a page that slept are the same case too;
the sweep finds them.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Any, Protocol

from channels.layers import get_channel_layer

from staff.models import User
from staff.sessions import living
from tickets import conversation, live
from tickets.database_threads import in_database_thread
from tickets.models import Ticket

logger = logging.getLogger(__name__)

# How long a change may stay unnoticed when the channel layer dropped its message.
SWEEP_SECONDS = 15
# Lists hear of changes at most this often: a busy desk must not make each of them refetch without rest.
LIST_SECONDS = 0.25
# So long a change waits for a page that takes its frames slowly.
SLOWEST_SECONDS = 1.0


class Socket(Protocol):
    """What the hub knows of a consumer."""

    user_id: int
    session_key: str
    language: str
    after: int

    async def send_frame(self, frame: dict[str, Any]) -> None: ...
    async def dismiss(self) -> None: ...


class Hub:
    """The sockets of this process, by ticket and for the list."""

    def __init__(self) -> None:
        self.watching: dict[int, set[Socket]] = defaultdict(set)
        self.lists: set[Socket] = set()
        self._delivering: dict[int, asyncio.Event] = {}
        self._changed: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = False

    def start(self) -> None:
        """Begins to listen, with the first socket."""
        if not self._started:
            self._started = True
            for coroutine in (self._listen(), self._sweep(), self._tell_lists()):
                self._spawn(coroutine)

    def watch(self, ticket_id: int, socket: Socket) -> None:
        """`socket` gets what it has not seen of the ticket, now and whenever something changes."""
        self.start()
        self.watching[ticket_id].add(socket)
        self.wake(ticket_id)

    def unwatch(self, ticket_id: int, socket: Socket) -> None:
        self.watching[ticket_id].discard(socket)
        if not self.watching[ticket_id]:
            del self.watching[ticket_id]

    def wake(self, ticket_id: int) -> None:
        """Brings the ticket's sockets up to date; called again meanwhile, it looks once more."""
        if ticket_id not in self.watching:
            return
        if again := self._delivering.get(ticket_id):
            again.set()
            return
        self._delivering[ticket_id] = asyncio.Event()
        self._spawn(self._deliver(ticket_id))

    async def _deliver(self, ticket_id: int) -> None:
        again = self._delivering[ticket_id]
        try:
            while True:
                again.clear()
                await self._bring_up_to_date(ticket_id)
                if not again.is_set():
                    return
        except Exception:
            logger.exception(
                "Ticket %s could not be brought to its open pages; the sweep tries again", ticket_id
            )
        finally:
            del self._delivering[ticket_id]

    async def _bring_up_to_date(self, ticket_id: int) -> None:
        behind: dict[tuple[int, str], list[Socket]] = defaultdict(list)
        for socket in self.watching.get(ticket_id, ()):
            behind[socket.after, socket.language].append(socket)
        for (after, language), sockets in behind.items():
            while frame := await in_database_thread(
                conversation.frame_since, ticket_id, after=after, language=language
            ):
                after = frame.seq  # noqa: PLW2901  (the next stretch begins where this one ends)
                for socket in sockets:
                    socket.after = frame.seq
                await _send(frame.as_json(), sockets)

    async def _listen(self) -> None:
        """Hears what tickets/live.py publishes. Whatever goes wrong with Redis, it subscribes anew."""
        layer: Any = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(live.GROUP, channel)
                self._catch_up()
                while True:
                    message = await layer.receive(channel)
                    for ticket_id, _seq in message["tickets"]:
                        self._changed.add(ticket_id)
                        self.wake(ticket_id)
            except Exception as error:  # any fault of the channel layer's client: see the module's promise
                logger.warning("Listening for changes again, since the channel layer failed: %s", error)
                await asyncio.sleep(1)

    def _catch_up(self) -> None:
        for ticket_id in list(self.watching):
            self.wake(ticket_id)
        self._changed.add(0)  # no ticket: the lists only learn that they may have missed something

    async def _sweep(self) -> None:
        """Wakes tickets whose journal is ahead of their sockets, and dismisses who may not look any more."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                last = await in_database_thread(_last_numbers, list(self.watching))
                for ticket_id, sockets in list(self.watching.items()):
                    if any(socket.after < last.get(ticket_id, 0) for socket in sockets):
                        self.wake(ticket_id)
                self._changed.add(0)
                await self._dismiss_who_left()
                # A page that hears nothing for longer than this knows that its connection is dead.
                await _send({"type": "alive"}, list(set().union(*self.watching.values())))
            except Exception:
                logger.exception("The sweep over open pages failed; it comes again in %s s", SWEEP_SECONDS)

    async def _dismiss_who_left(self) -> None:
        """Shows out who was deactivated, and the tabs of who signed out in another one."""
        sockets = self.lists.union(*self.watching.values())
        active = await in_database_thread(_active_of, {socket.user_id for socket in sockets})
        alive = await in_database_thread(living, {socket.session_key for socket in sockets})
        for socket in sockets:
            if socket.user_id not in active or socket.session_key not in alive:
                await socket.dismiss()

    async def _tell_lists(self) -> None:
        while True:
            await asyncio.sleep(LIST_SECONDS)
            if self._changed:
                changed, self._changed = sorted(self._changed), set()
                frame = {"type": "changed", "tickets": changed}
                await _send(frame, list(self.lists))

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)  # a task nobody holds may be collected in the middle of its work
        task.add_done_callback(self._tasks.discard)


async def _send(frame: dict[str, Any], sockets: list[Socket]) -> None:
    # A socket that broke in the middle takes its leave through its consumer. A slow one has its frame in its
    # buffer by then (the server cuts off who takes nothing); the others don't wait for it.
    sending = [asyncio.wait_for(socket.send_frame(frame), SLOWEST_SECONDS) for socket in sockets]
    await asyncio.gather(*sending, return_exceptions=True)


def _last_numbers(ticket_ids: list[int]) -> dict[int, int]:
    return dict(Ticket.objects.filter(pk__in=ticket_ids).values_list("pk", "last_seq"))


def _active_of(user_ids: set[int]) -> set[int]:
    return set(User.objects.active().filter(pk__in=user_ids).values_list("pk", flat=True))


hub = Hub()
