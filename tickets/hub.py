"""One hub per web process: hears of changes, reads and renders once per change and language, fans out.

A socket that connects with `?after=` goes the same way as one that is live: it is behind, so it is sent
what the journal says since. A dropped frame, a restarted Redis or a page that slept are the same case too;
the sweep finds them.
"""

import asyncio
import json
import logging
from collections import defaultdict
from typing import Any, Protocol

from channels.layers import get_channel_layer

from staff.models import User
from staff.sessions import living
from tickets import conversation, live, notifications
from tickets.database_threads import in_database_thread
from tickets.models import Ticket
from tickets.presence import GONE, LOOKING, Presence

logger = logging.getLogger(__name__)

# How long a change may stay unnoticed when the channel layer dropped its message.
SWEEP_SECONDS = 15
# Lists hear of changes at most this often: a busy desk must not make each of them refetch without rest.
LIST_SECONDS = 0.25
# … and less often by this for each of them: to tell five hundred takes a while.
LIST_SECONDS_EACH = 0.002
# What a list that is fetched again costs the database, and what all lists of a process may cost it together.
LIST_QUERIES = 9
QUERIES_PER_SECOND = 300
# How often it is looked whether somebody's typing or looking has grown old.
PRESENCE_SECONDS = 1.0
# So long a change waits for a page that takes its frames slowly.
SLOWEST_SECONDS = 1.0


class Socket(Protocol):
    """What the hub knows of a consumer."""

    user_id: int
    session_key: str
    language: str
    time_zone: str
    after: int
    is_limited: bool  # sees some tickets only
    is_looking: bool  # the page is in a tab that is seen
    others: list[dict[str, Any]]  # the colleagues whom the page shows as present

    async def send_text(self, text: str) -> None: ...
    async def dismiss(self, *, gone: bool = False) -> None: ...


class Hub:
    """The sockets of this process, by ticket and for the list."""

    def __init__(self) -> None:
        self.watching: dict[int, set[Socket]] = defaultdict(set)
        self.lists: set[Socket] = set()
        self._delivering: dict[int, asyncio.Event] = {}
        self._changed: set[int] = set()
        self._read: dict[int, set[int]] = defaultdict(set)
        self._told: dict[int, int] = {}
        self._opened: set[int] = set()
        self._presence = Presence()
        self._names: dict[int, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = False

    def start(self) -> None:
        """Begins to listen, with the first socket."""
        if not self._started:
            self._started = True
            for coroutine in (self._listen(), self._sweep(), self._tell_lists(), self._watch_presence()):
                self._spawn(coroutine)

    def watch(self, ticket_id: int, socket: Socket) -> None:
        """`socket` gets what it has not seen of the ticket, now and whenever something changes."""
        self.start()
        self.watching[ticket_id].add(socket)
        self.wake(ticket_id)
        self._spawn(self._show_presence(ticket_id))

    def unwatch(self, ticket_id: int, socket: Socket) -> None:
        self.watching[ticket_id].discard(socket)
        if socket.is_looking:
            self.looks(ticket_id, socket, looking=False)
        if not self.watching[ticket_id]:
            del self.watching[ticket_id]

    def looks(self, ticket_id: int, socket: Socket, *, looking: bool) -> None:
        """Whether somebody sees the page now. Another tab of theirs may show the same ticket."""
        socket.is_looking = looking
        others = self.watching.get(ticket_id, set())
        still = any(one.is_looking for one in others if one.user_id == socket.user_id)
        live.present(ticket_id, socket.user_id, LOOKING if still or looking else GONE)

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
                    self._hear(message)
            except Exception as error:  # any fault of the channel layer's client: see the module's promise
                logger.warning("Listening for changes again, since the channel layer failed: %s", error)
                await asyncio.sleep(1)

    def _hear(self, message: dict[str, Any]) -> None:
        for ticket_id, _seq in message["tickets"]:
            self._changed.add(ticket_id)
            self.wake(ticket_id)
        for user_id, ticket_id in message["read"]:
            self._read[user_id].add(ticket_id)
        self._told |= {pk: staff_id for pk, staff_id in message["told"]}  # noqa: C416  (lists of two)
        self._opened.update(message["opened"])
        if message["people"]:
            self._spawn(self._dismiss_who_left(set(message["people"])))
        for ticket_id, user_id, state in message["present"]:
            self._presence.report(ticket_id, user_id, state)
        for ticket_id in {report[0] for report in message["present"]}:
            self._spawn(self._show_presence(ticket_id))

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

    async def _dismiss_who_left(self, only: set[int] | None = None) -> None:
        """Shows out who was deactivated, the tabs of who signed out in another one, and whoever has lost
        sight of a ticket; `only` these people, when given."""
        sockets = {one for one in self._sockets() if only is None or one.user_id in only}
        user_ids = {socket.user_id for socket in sockets}
        limited = await in_database_thread(_active_of, user_ids)
        active = set(limited)
        alive = await in_database_thread(living, {socket.session_key for socket in sockets})
        unseen = await in_database_thread(_out_of_sight, active, self._watched_by(user_ids))
        for socket in sockets:
            socket.is_limited = limited.get(socket.user_id, True)
            if socket.user_id not in active or socket.session_key not in alive:
                await socket.dismiss()
        for user_id, ticket_id in unseen:
            for socket in list(self.watching.get(ticket_id, ())):
                if socket.user_id == user_id:
                    await socket.dismiss(gone=True)

    def _sockets(self) -> set[Socket]:
        return self.lists.union(*self.watching.values())

    def _watched_by(self, user_ids: set[int]) -> dict[int, set[int]]:
        watched: dict[int, set[int]] = defaultdict(set)
        for ticket_id, sockets in self.watching.items():
            for socket in sockets:
                if socket.user_id in user_ids:
                    watched[socket.user_id].add(ticket_id)
        return watched

    async def _watch_presence(self) -> None:
        """Lets what nobody reports any more grow old, and reports who looks at pages of this process."""
        reported = 0.0
        while True:
            await asyncio.sleep(PRESENCE_SECONDS)
            self._presence.forget_old()
            for ticket_id in list(self.watching):
                await self._show_presence(ticket_id)
            if (now := asyncio.get_running_loop().time()) - reported >= SWEEP_SECONDS:
                reported = now
                for ticket_id, sockets in self.watching.items():
                    for user_id in {socket.user_id for socket in sockets if socket.is_looking}:
                        live.present(ticket_id, user_id, LOOKING)

    async def _show_presence(self, ticket_id: int) -> None:
        """Each page of the ticket learns who else is there, when that has changed."""
        people = self._presence.of(ticket_id)
        if unknown := people.keys() - self._names.keys():
            try:
                self._names |= await in_database_thread(_names_of, unknown)
            except Exception:
                logger.exception("Names of present colleagues could not be read; the next look tries again")
                return
        known = [
            {"id": user_id, "name": self._names[user_id], "state": state}
            for user_id, state in people.items()
            if user_id in self._names
        ]
        for socket in list(self.watching.get(ticket_id, ())):
            others = [one for one in known if one["id"] != socket.user_id]
            if others != socket.others:
                socket.others = others
                await _send({"type": "present", "people": others}, [socket])

    async def _tell_lists(self) -> None:
        while True:
            await asyncio.sleep(max(LIST_SECONDS, len(self.lists) * LIST_SECONDS_EACH))
            if self._changed:
                changed, self._changed = sorted(self._changed), set()
                if self.lists:
                    await self._tell_of(changed)
            if self._read:
                read, self._read = self._read, defaultdict(set)
                for user_id, ticket_ids in read.items():
                    frame = {"type": "changed", "tickets": sorted(ticket_ids)}
                    await _send(frame, [one for one in self.lists if one.user_id == user_id])

            if self.lists and (self._told or self._opened):
                await self._alert()
            self._told, self._opened = {}, set()

    async def _tell_of(self, changed: list[int]) -> None:
        """Each list learns which tickets changed and what they are by now, so that one whom it does not
        concern asks nothing; and how long it waits between two questions, so that many lists cost no more
        than some. Whose sight is limited isn't told what they may not see, and so asks each time."""
        try:
            facts = await in_database_thread(_facts_of, changed)
        except Exception:
            logger.exception("Lists are told of changed tickets without what they are")
            facts = {}
        wait = max(1.0, len(self.lists) * LIST_QUERIES / QUERIES_PER_SECOND)
        frame = {"type": "changed", "tickets": changed, "wait": round(wait * 1000)}
        await _send(frame, [one for one in self.lists if one.is_limited])
        await _send({**frame, "facts": facts}, [one for one in self.lists if not one.is_limited])

    async def _alert(self) -> None:
        """Tells the open pages of those concerned, in their language. Who has the ticket before them sees it
        anyway: their page is told, and makes no sound."""
        listeners = {one.user_id: notifications.Listener(one.language, one.time_zone) for one in self.lists}
        try:
            told = await in_database_thread(notifications.alerts, self._told, self._opened, listeners)
        except Exception:
            logger.exception("Employees were not told at once of what the bell lists")
            return
        for user_id, frame in told:
            if user_id in self._presence.of(frame["ticket"]):
                frame |= {"sound": False, "desktop": False}
            await _send(frame, [one for one in self.lists if one.user_id == user_id])

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)  # a task nobody holds may be collected in the middle of its work
        task.add_done_callback(self._tasks.discard)


async def _send(frame: dict[str, Any], sockets: list[Socket]) -> None:
    # A socket that broke in the middle takes its leave through its consumer. A slow one has its frame in its
    # buffer by then (the server cuts off who takes nothing); the others don't wait for it.
    text = json.dumps(frame, ensure_ascii=False)  # once, however many take it
    sending = [asyncio.wait_for(socket.send_text(text), SLOWEST_SECONDS) for socket in sockets]
    await asyncio.gather(*sending, return_exceptions=True)


def _last_numbers(ticket_ids: list[int]) -> dict[int, int]:
    return dict(Ticket.objects.filter(pk__in=ticket_ids).values_list("pk", "last_seq"))


def _facts_of(ticket_ids: list[int]) -> dict[str, Any]:
    """What a list can be narrowed by, of each ticket: enough to know that it can't be in it."""
    columns = ("status_id", "assignee_id", "team_id", "inbox_id", "priority")
    rows = Ticket.objects.filter(pk__in=ticket_ids).values("pk", *columns, "closed_at", "snoozed_at")
    return {
        str(row["pk"]): {
            "status": row["status_id"],
            "assignee": row["assignee_id"],
            "team": row["team_id"],
            "inbox": row["inbox_id"],
            "priority": row["priority"],
            "state": "closed" if row["closed_at"] else "snoozed" if row["snoozed_at"] else "open",
        }
        for row in rows
    }


def _active_of(user_ids: set[int]) -> dict[int, bool]:
    """Those who may still work; whether their sight is limited."""
    people = User.objects.active().filter(pk__in=user_ids).values_list("pk", "scope")
    return {pk: scope != User.Scope.ALL for pk, scope in people}


def _out_of_sight(user_ids: set[int], watched: dict[int, set[int]]) -> list[tuple[int, int]]:
    """(employee, ticket) for what somebody has open and may no longer see. A query for each whose sight is
    limited, none for the others."""
    limited = User.objects.filter(pk__in=user_ids & watched.keys()).exclude(scope=User.Scope.ALL)
    unseen = []
    for staff in limited:
        tickets = watched[staff.pk]
        seen = Ticket.objects.visible_to(staff).filter(pk__in=tickets).values_list("pk", flat=True)
        unseen += [(staff.pk, ticket_id) for ticket_id in tickets.difference(seen)]
    return unseen


def _names_of(user_ids: set[int]) -> dict[int, str]:
    return {person.pk: person.name for person in User.objects.filter(pk__in=user_ids)}


hub = Hub()
