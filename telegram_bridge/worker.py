"""Runs the queued jobs, several side by side, on procrastinate's tables and by its rules.

A worker of our own, since procrastinate's stops when the database restarts, lets a job wait for its next
look (seconds) when it was queued during a look or waited for another job's lock, and runs all queues in one
line (docs/decisions/ has the measurements). It uses JobManager on a connector of its own, so that `defer`
in this process stays in Django's transactions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from django.utils import timezone
from procrastinate import RetryDecision
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from telegram_bridge import database_faults, delivery_jobs, jobs, stalled
from telegram_bridge.backing_off import BackOff
from telegram_bridge.bot_threads import in_bot_thread
from telegram_bridge.places import Place, Places, occupy
from tickets import bulk, leaving, notifications, snoozing
from tickets.signals import clock_ticks

logger = logging.getLogger(__name__)

R = TypeVar("R")

# How many jobs of each queue run side by side. Files have a queue of their own: they never delay a reply. So
# have conversions: each takes a core while it lasts, and waits for no download.
SIDE_BY_SIDE = {delivery_jobs.QUEUE: 8, jobs.FILES_QUEUE: 3, delivery_jobs.CONVERTING_QUEUE: 2, bulk.QUEUE: 2}
# Jobs announce themselves; this finds those whose time has come, and what an announcement missed.
LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 2.0
# A worker that has been silent for so long is taken for dead.
DEAD_SECONDS = 10.0
# What is under way at the end gets so long to finish.
GRACE_SECONDS = 6.0
# After that it is told to end, and gets so long to write down what is (not) known of it.
LAST_SECONDS = 2.0
# How often messages without a job are looked for, counted in heartbeats.
ORPHANS_EVERY = 15


class Worker:
    """Takes and runs jobs until `stop`."""

    def __init__(self) -> None:
        self._connector = PsycopgConnector(
            pool_factory=_pool,
            kwargs=connector_params(),
            min_size=1,
            max_size=4,
            timeout=10,
            reconnect_timeout=2,
        )
        self.manager = JobManager(self._connector)
        self.worker_id = 0
        self._wake = {queue: asyncio.Event() for queue in SIDE_BY_SIDE}
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._database_is_away = False

    async def run(self) -> None:
        """Until `stop` is called; then what is under way gets a little time to finish."""
        app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate left it untyped
        await self._connector.open_async()
        try:
            self.worker_id = await self._persistently(self.manager.register_worker)
            sides = [asyncio.create_task(self._listen()), asyncio.create_task(self._show_life())]
            try:
                async with asyncio.TaskGroup() as group:
                    for queue, most in SIDE_BY_SIDE.items():
                        group.create_task(self._take(queue, most))
            finally:
                await self._finish_running()
                for side in sides:
                    side.cancel()
                await asyncio.gather(*sides, return_exceptions=True)
            await self.manager.unregister_worker(self.worker_id)
        except ConnectorException:
            if not self._stopping:
                raise
            logger.warning("The database is away at the end; the next start settles what is left")
        finally:
            await self._connector.close_async()

    def stop(self) -> None:
        """No more jobs are taken; `run` returns soon."""
        self._stopping = True
        for event in self._wake.values():
            event.set()

    async def _take(self, queue: str, most: int) -> None:
        """Takes jobs of one queue as long as fewer than `most` run."""
        places = Places(most)
        wake = self._wake[queue]
        while not self._stopping:
            await places.free.acquire()
            wake.clear()  # before the look: a job announced during it makes us look again
            job = await self._persistently(self._fetch, queue)
            if job is None:
                places.free.release()
                await self._wait(wake)
                continue
            task = asyncio.create_task(self._process(job, queue, Place(places)))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _fetch(self, queue: str) -> Job | None:
        if self._stopping:
            return None
        try:
            return await self.manager.fetch_job(queues=[queue], worker_id=self.worker_id)
        except UniqueViolation:
            return None  # another process took a job of the same chat at the same moment

    async def _wait(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await wake.wait()
        except TimeoutError:
            pass

    async def _process(self, job: Job, queue: str, place: Place) -> None:
        try:
            occupy(place)
            await self._run(job, queue)
        finally:
            place.give_back()

    async def _run(self, job: Job, queue: str) -> None:
        """Runs the job, then removes it, keeps it as failed, or puts it off, as procrastinate would."""
        task = app.tasks.get(job.task_name)
        settle: Callable[[], Awaitable[None]]
        try:
            if task is None:
                raise LookupError(f"there is no task {job.task_name}")
            context = JobContext(app=app, job=job, start_timestamp=time.time(), abort_reason=lambda: None)
            await task(context, **job.task_kwargs)
        except asyncio.CancelledError:
            settle = self._putting_off(job, None)  # the process ends; another one runs it again
        except Exception as error:
            retry = task.get_retry_exception(exception=error, job=job) if task else None
            if retry is not None:
                settle = self._putting_off(job, retry.retry_decision)
            else:
                logger.exception("Job %s failed", job.call_string, exc_info=error)
                settle = self._finishing(job, Status.FAILED)
        else:
            settle = self._finishing(job, Status.SUCCEEDED)
        try:
            await self._persistently(settle)
        except ConnectorException as error:
            if self._stopping:
                return  # the next start settles it
            # The database was away for so long that another process took us for dead, and settled it.
            logger.warning("Job %s was settled by somebody else: %s", job.call_string, error.__cause__)
        # The next job of its chat waited for this one's lock: after a conversion it is the delivery of it.
        self._wake[queue].set()
        if queue == delivery_jobs.CONVERTING_QUEUE:
            self._wake[delivery_jobs.QUEUE].set()

    def _finishing(self, job: Job, status: Status) -> Callable[[], Awaitable[None]]:
        async def finish() -> None:
            await self.manager.finish_job(job, status=status, delete_job=status == Status.SUCCEEDED)

        return finish

    def _putting_off(self, job: Job, how: RetryDecision | None) -> Callable[[], Awaitable[None]]:
        async def put_off() -> None:
            until, priority = (how.retry_at, how.priority) if how else (None, None)
            await self.manager.retry_job(job, retry_at=until, priority=priority)

        return put_off

    async def _finish_running(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=LAST_SECONDS)

    async def _listen(self) -> None:
        """Hears of new jobs; while it can't, looking now and then finds them."""

        async def heard(*, channel: str, notification: Notification) -> None:
            for queue, event in self._wake.items():
                if channel.endswith(f"#{queue}"):
                    event.set()

        while True:
            try:
                await self.manager.listen_for_jobs(on_notification=heard, queues=list(SIDE_BY_SIDE))
            except Exception as error:
                logger.debug("Listening for jobs again: %s", error)
            await asyncio.sleep(0.5)

    async def _show_life(self) -> None:
        """Heartbeats, and between them a look for what dead workers have left, and for tickets to bring back:
        their time has come, or who had them left."""
        rounds = 0
        while True:
            await self._persistently(self.manager.update_heartbeat, self.worker_id)
            await self._now_and_then(self._put_right(thoroughly=rounds % ORPHANS_EVERY == 0))
            # By itself: a rule that the clock sets off must not keep what was left from being put right.
            await self._now_and_then(in_bot_thread(clock_ticks.send, None, now=timezone.now()))
            rounds += 1
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _put_right(self, *, thoroughly: bool) -> None:
        await in_bot_thread(snoozing.wake_due, timezone.now())
        await in_bot_thread(leaving.hand_back)
        await stalled.settle_stalled(self.manager, dead_seconds=DEAD_SECONDS)
        if thoroughly:
            await stalled.settle_orphans()
            await stalled.clear_away(self.manager)
            await in_bot_thread(notifications.forget_old, timezone.now())

    async def _now_and_then(self, what: Awaitable[Any]) -> None:
        try:
            await what
        except Exception as error:
            if not (isinstance(error, ConnectorException) or database_faults.passes(error)):
                logger.exception("What has to be done now and then was not done; it is tried again")

    async def _persistently(
        self, call: Callable[..., Coroutine[Any, Any, R] | Awaitable[R]], *args: Any
    ) -> R:
        """What `call` returns, called again and again while the database is away."""
        back_off = BackOff(first=0.1, cap=2)
        while True:
            try:
                result = await call(*args)
            except ConnectorException as error:
                if self._stopping or not _passes(error):
                    raise
                if not self._database_is_away:
                    self._database_is_away = True
                    logger.warning("Deliveries wait for the database: %s", error.__cause__ or error)
                await asyncio.sleep(back_off.next())
            else:
                if self._database_is_away:
                    self._database_is_away = False
                    logger.info("The database answers again; deliveries go on")
                return result


def _passes(error: ConnectorException) -> bool:
    """Whether the database is away, as far as one can see from procrastinate's own exception."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or database_faults.is_passing_code(str(code))


def _pool(**options: Any) -> AsyncConnectionPool:
    """Without procrastinate's question, before each query, whether the connection lives: a dead one shows
    by its error, and the query is then made again. A reply leaves that much earlier."""
    return AsyncConnectionPool(**{**options, "check": None})
