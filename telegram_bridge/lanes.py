"""The threads that ingest: a few lanes side by side, each lane by one thread at a time, none starved.

Woken at once by who stores updates, in this process or by announcement; a sweep finds what nobody told of.
"""

import logging
import random
import threading
from collections.abc import Iterable

from django.db import connection, connections

from telegram_bridge import database_faults, ingest
from telegram_bridge.models import Bot
from telegram_bridge.storing import Lane

logger = logging.getLogger(__name__)

THREADS = 3
SWEEP_SECONDS = 1.0
# A busy chat makes room for the others after this many of its updates.
TURN = 20
LONGEST_PAUSE = 5.0  # seconds between tries while the database is away


class Ingester:
    """Applies stored updates until it is stopped."""

    def __init__(self, *, threads: int = THREADS, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._sweep_seconds = sweep_seconds
        self._condition = threading.Condition()
        self._waiting: dict[Lane, None] = {}  # in the order they were woken
        self._busy: set[Lane] = set()
        self._inboxes: dict[int, int] = {}
        self._stopping = threading.Event()
        self._database_is_away = False
        self._threads = [
            threading.Thread(target=self._work, name=f"ingest-{number}") for number in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._sweep, name="ingest-sweep"))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets each thread finish the update it is at."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def wake(self, lanes: Iterable[Lane]) -> None:
        """There is something to apply in `lanes`."""
        with self._condition:
            woken = dict.fromkeys(lanes)
            self._waiting.update(woken)
            # No more threads than there is work: each that wakes for nothing takes the interpreter's time.
            self._condition.notify(len(woken))

    def _work(self) -> None:
        pause = 0.1
        try:
            while (lane := self._next()) is not None:
                try:
                    more = self._turn(lane)
                except Exception as error:
                    connection.close()
                    self._report(error)
                    self._give_back(lane, more=True)
                    self._stopping.wait(pause * random.uniform(0.75, 1.25))  # noqa: S311  (spreads tries)
                    pause = min(pause * 2, LONGEST_PAUSE)
                else:
                    if self._database_is_away:
                        self._database_is_away = False
                        logger.info("The database answers again; ingest goes on")
                    self._give_back(lane, more=more)
                    pause = 0.1
        finally:
            connections.close_all()

    def _next(self) -> Lane | None:
        """The next lane that no thread is at; None when it is time to stop."""
        with self._condition:
            while not self._stopping.is_set():
                for lane in self._waiting:
                    if lane not in self._busy:
                        del self._waiting[lane]
                        self._busy.add(lane)
                        return lane
                self._condition.wait()
            return None

    def _give_back(self, lane: Lane, *, more: bool) -> None:
        with self._condition:
            self._busy.discard(lane)
            if more:
                self._waiting[lane] = None
            if lane in self._waiting:
                self._condition.notify()

    def _turn(self, lane: Lane) -> bool:
        """Whether the lane may have more after this turn."""
        inbox_id = self._inbox_of(lane[0])
        if inbox_id is None:
            return False
        for _ in range(TURN):
            if self._stopping.is_set():
                return False
            # Who stores another update from now on wakes the lane again.
            if ingest.apply_next(lane, inbox_id) != ingest.Applied.MORE_TO_COME:
                return False
        return True

    def _inbox_of(self, bot_id: int) -> int | None:
        """None of a bot that was removed; its updates went with it."""
        if bot_id not in self._inboxes:
            inbox_id = Bot.objects.filter(pk=bot_id).values_list("inbox_id", flat=True).first()
            if inbox_id is None:
                return None
            self._inboxes[bot_id] = inbox_id
        return self._inboxes[bot_id]

    def _report(self, error: Exception) -> None:
        if not database_faults.passes(error):
            logger.exception("Ingest met an error of its own; its chat is tried again", exc_info=error)
        elif not self._database_is_away:
            self._database_is_away = True
            logger.warning("Ingest waits for the database: %s", str(error).strip())

    def _sweep(self) -> None:
        try:
            while not self._stopping.wait(self._sweep_seconds):
                try:
                    self.wake(ingest.waiting_lanes())
                except Exception as error:
                    connection.close()
                    self._report(error)
        finally:
            connections.close_all()
