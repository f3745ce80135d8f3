"""What waits for each bot: numbered one after the other, and kept until a higher offset confirms it.

https://core.telegram.org/bots/api#getting-updates
"""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from telegram_simulator.arrivals import Arrivals
from telegram_simulator.errors import ApiError
from telegram_simulator.store import Store

MOST = 100
LONGEST_POLL = 50  # seconds; what the real server allows
NOT_UNLESS_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
ANOTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"


@dataclass
class Update:
    """`body` is the JSON exactly as it is handed out. `lane`: what must stay in order (the chat)."""

    id: int
    lane: int
    body: str


@dataclass
class Queue:
    """Of one bot. `webhook` is None while the bot polls."""

    bot_id: int
    next_id: int = 1
    allowed: list[str] = field(default_factory=list)
    webhook: dict[str, Any] | None = None
    waiting: dict[int, Update] = field(default_factory=dict)
    again: list[Update] = field(default_factory=list)
    arrivals: Arrivals = field(default_factory=Arrivals)
    twice: int = 0  # that many of the next updates are handed out a second time after they were confirmed
    news: asyncio.Event = field(default_factory=asyncio.Event)
    poller: "asyncio.Future[str] | None" = None


class Updates:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._queues: dict[int, Queue] = {}
        for row in store.all("queue"):
            self._queues[row["bot_id"]] = Queue(**row)
        for row in store.all("update"):
            update = Update(row["id"], row["lane"], row["body"])
            self.queue(row["bot_id"]).waiting[update.id] = update

    def queue(self, bot_id: int) -> Queue:
        if bot_id not in self._queues:
            self._queues[bot_id] = Queue(bot_id)
        return self._queues[bot_id]

    def add(self, bot_id: int, kind: str, content: dict[str, Any], *, lane: int) -> None:
        """Queues an update unless the bot doesn't want its kind. It may come later: see arrivals.py."""
        queue = self.queue(bot_id)
        if kind not in queue.allowed and (queue.allowed or kind in NOT_UNLESS_ASKED):
            return
        encoded = json.dumps(content)  # as it is now, whatever changes before it arrives

        def deliver() -> None:
            body = f'{{"update_id": {queue.next_id}, {json.dumps(kind)}: {encoded}}}'
            self._append(queue, lane, body)

        queue.arrivals.arrive(deliver)

    def add_raw(self, bot_id: int, raw: dict[str, Any] | str, *, lane: int = 0) -> int:
        """Queues anything. An object without `update_id` gets its number; in a text $UPDATE_ID becomes it."""
        queue = self.queue(bot_id)
        if isinstance(raw, str):
            return self._append(queue, lane, raw.replace("$UPDATE_ID", str(queue.next_id)))
        return self._append(queue, lane, json.dumps({"update_id": queue.next_id} | raw))

    def _append(self, queue: Queue, lane: int, body: str) -> int:
        update = Update(queue.next_id, lane, body)
        queue.next_id += 1
        queue.waiting[update.id] = update
        if queue.twice:
            queue.twice -= 1
            queue.again.append(update)
        self._store.save("update", f"{queue.bot_id}:{update.id}", asdict(update) | {"bot_id": queue.bot_id})
        self.save(queue)
        queue.news.set()
        return update.id

    def save(self, queue: Queue) -> None:
        kept = ("bot_id", "next_id", "allowed", "webhook")
        self._store.save("queue", queue.bot_id, {name: getattr(queue, name) for name in kept})

    def confirm(self, queue: Queue, update_id: int) -> None:
        if queue.waiting.pop(update_id, None):
            self._store.delete("update", f"{queue.bot_id}:{update_id}")

    def drop_all(self, queue: Queue) -> None:
        for update_id in list(queue.waiting):
            self.confirm(queue, update_id)

    def forget(self, bot_id: int) -> None:
        """Nothing waits any more and no webhook is set; numbers go on."""
        queue = self.queue(bot_id)
        self.drop_all(queue)
        queue.again.clear()
        queue.twice = 0
        queue.arrivals.forget()
        queue.allowed = []
        queue.webhook = None
        queue.news.set()
        self.save(queue)

    async def poll(self, bot_id: int, *, offset: int, limit: int, seconds: float) -> list[str]:
        """One getUpdates: confirms what is below `offset`, then waits for news. Raises ApiError 409."""
        queue = self.queue(bot_id)
        self.end_poll(queue, ANOTHER_POLLER)
        if queue.webhook:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self._confirm_below(queue, offset)
        ended = queue.poller = asyncio.get_running_loop().create_future()
        try:
            return await self._wait(queue, ended, limit, seconds)
        finally:
            if queue.poller is ended:
                queue.poller = None

    def end_poll(self, queue: Queue, words: str) -> None:
        if queue.poller and not queue.poller.done():
            queue.poller.set_result(words)

    def end_polls(self) -> None:
        """Lets every long poll answer now: the server is about to stop."""
        for queue in self._queues.values():
            self.end_poll(queue, "")

    def _confirm_below(self, queue: Queue, offset: int) -> None:
        if offset < 0:  # only the last -offset ones stay
            offset = sorted(queue.waiting)[max(0, len(queue.waiting) + offset)] if queue.waiting else 0
        for update_id in [each for each in queue.waiting if each < offset]:
            self.confirm(queue, update_id)

    async def _wait(
        self, queue: Queue, ended: "asyncio.Future[str]", limit: int, seconds: float
    ) -> list[str]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            queue.news.clear()
            if found := self._take(queue, limit):
                return found
            left = deadline - loop.time()
            if left <= 0:
                return []
            news = asyncio.ensure_future(queue.news.wait())
            either: set[asyncio.Future[Any]] = {news, ended}
            try:
                await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            if ended.done():
                if words := ended.result():
                    raise ApiError(409, words)
                return []

    def _take(self, queue: Queue, limit: int) -> list[str]:
        again = [each for each in queue.again if each.id not in queue.waiting][:limit]
        queue.again = [each for each in queue.again if each not in again]
        return [each.body for each in (again + list(queue.waiting.values()))[:limit]]
