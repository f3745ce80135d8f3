"""A Bot API server in the measuring process: hands out updates and notes to the microsecond what comes in.

Not the simulator: it has none of its rules, so its time is not in the figures.
"""

import asyncio
import itertools
import time
from typing import Any

from aiohttp import web

TOKEN = "7000001:BENCH-TOKEN"  # noqa: S105  (of no real bot)
FILE_BYTES = 19 * 1024 * 1024


class Telegram:
    """`url` for TELEGRAM_API_URL; `push` an update; `arrivals` of sendMessage and the like by text."""

    def __init__(self) -> None:
        self.url = ""
        self.waiting: list[dict[str, Any]] = []
        self.handed_out: dict[int, float] = {}
        self.arrivals: dict[str, float] = {}
        self.received = asyncio.Event()
        self._news = asyncio.Event()
        self.next_update_id = 1
        self._message_ids = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=200 * 1024 * 1024)
        app.router.add_route("*", "/file/{token}/{path:.*}", self._file)
        app.router.add_route("*", "/{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._news.set()
        if self._runner:
            await self._runner.cleanup()

    def push(self, chat: int, **content: Any) -> int:
        """Queues a message of the client `chat`; returns its update id, the key of `handed_out`."""
        update_id, self.next_update_id = self.next_update_id, self.next_update_id + 1
        self.waiting.append(update(update_id, chat, message_id=next(self._message_ids), **content))
        self._news.set()
        return update_id

    async def _call(self, request: web.Request) -> web.StreamResponse:
        arrived = time.perf_counter()
        method = request.match_info["method"]
        if method == "getUpdates":
            return await self._get_updates(request)
        if method == "getMe":
            return _ok({"id": 7000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"})
        if method == "getFile":
            return _ok({"file_id": "f", "file_unique_id": "u", "file_size": FILE_BYTES, "file_path": "f.bin"})
        if method.startswith("send") and method != "sendChatAction":
            return await self._send(request, arrived)
        return _ok(True)

    async def _send(self, request: web.Request, arrived: float) -> web.StreamResponse:
        if request.content_type.startswith("multipart/"):
            async for _chunk in request.content.iter_chunked(256 * 1024):
                pass
            text = "file"
        else:
            text = str((await request.post()).get("text", ""))
        self.arrivals[text] = arrived
        self.received.set()
        chat = {"id": 1, "type": "private", "first_name": "A"}
        return _ok({"message_id": next(self._message_ids), "date": 1, "chat": chat, "text": text})

    async def _get_updates(self, request: web.Request) -> web.StreamResponse:
        form = {**request.query, **await request.post()}
        offset = int(str(form.get("offset") or 0))
        self.waiting = [one for one in self.waiting if one["update_id"] >= offset]
        if not self.waiting:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), timeout=float(str(form.get("timeout") or 0)))
            except TimeoutError:
                return _ok([])
        batch, now = self.waiting[:100], time.perf_counter()
        for one in batch:
            self.handed_out.setdefault(one["update_id"], now)
        return _ok(batch)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(FILE_BYTES)})
        await response.prepare(request)
        block = bytes(256 * 1024)
        for _ in range(FILE_BYTES // len(block)):
            await response.write(block)
        return response


def update(update_id: int, chat: int, *, message_id: int, **content: Any) -> dict[str, Any]:
    """A private message as Telegram sends it."""
    person = {"id": chat, "is_bot": False, "first_name": f"Client {chat}", "language_code": "en"}
    where = {"id": chat, "type": "private", "first_name": f"Client {chat}"}
    message = {"message_id": message_id, "date": int(time.time()), "from": person, "chat": where, **content}
    return {"update_id": update_id, "message": message}


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})
