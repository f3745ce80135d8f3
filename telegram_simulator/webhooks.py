"""Delivers updates to a bot's webhook: one after the other within a chat, chats side by side, until 2xx.

A refused update is tried again at once, then after 2, 4, 8 … seconds, and holds back its own chat only.
https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import contextlib
import time

from aiohttp import ClientError, ClientSession, ClientTimeout

from telegram_simulator.updates import Queue, Update, Updates

LONGEST_PAUSE = 120
ANSWER_SECONDS = 60


class Webhooks:
    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def watch(self, queue: Queue) -> None:
        """Delivers what waits and what comes, until `stop`. Called again after the webhook was changed."""
        if task := self._tasks.pop(queue.bot_id, None):
            task.cancel()
        self._tasks[queue.bot_id] = asyncio.create_task(self._deliver_all(queue))

    async def stop(self, queue: Queue) -> None:
        if task := self._tasks.pop(queue.bot_id, None):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def stop_all(self) -> None:
        for bot_id in list(self._tasks):
            await self.stop(self._updates.queue(bot_id))

    async def _deliver_all(self, queue: Queue) -> None:
        room = asyncio.Semaphore((queue.webhook or {}).get("max_connections", 1))
        async with (
            ClientSession(timeout=ClientTimeout(ANSWER_SECONDS)) as session,
            asyncio.TaskGroup() as lanes,
        ):
            busy: set[int] = set()
            while True:
                queue.news.clear()
                for update in list(queue.waiting.values()):
                    if update.lane not in busy:
                        busy.add(update.lane)
                        lanes.create_task(self._deliver_lane(queue, update.lane, busy, session, room))
                await queue.news.wait()

    async def _deliver_lane(
        self, queue: Queue, lane: int, busy: set[int], session: ClientSession, room: asyncio.Semaphore
    ) -> None:
        """Everything that waits in one chat, oldest first."""
        while update := next((each for each in queue.waiting.values() if each.lane == lane), None):
            tries = 0
            while update.id in queue.waiting:
                async with room:
                    taken = await self._post(queue, update, session)
                if taken:
                    self._updates.confirm(queue, update.id)
                    if update in queue.again:  # asked for by a test: the answer got lost, as far as we know
                        queue.again.remove(update)
                        await self._post(queue, update, session)
                    break
                await asyncio.sleep(min(LONGEST_PAUSE, 2**tries) if tries else 0.05)
                tries += 1
        busy.discard(lane)

    async def _post(self, queue: Queue, update: Update, session: ClientSession) -> bool:
        hook = queue.webhook
        if hook is None:
            return False
        headers = {"Content-Type": "application/json"}
        if hook["secret_token"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret_token"]
        try:
            async with session.post(
                hook["url"], data=update.body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                problem = "" if answer.ok and answer.status < 300 else f"{answer.status} {answer.reason}"
        except (ClientError, TimeoutError, OSError) as error:
            problem = str(error) or type(error).__name__
        if problem:
            hook["last_error_date"] = int(time.time())
            hook["last_error_message"] = f"Wrong response from the webhook: {problem}"
        return not problem
