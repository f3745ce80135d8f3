"""The messenger's page, its files, and the socket that keeps it live."""

import asyncio
import json
from pathlib import Path

from aiohttp import WSCloseCode, web

from telegram_simulator.world import Event, World

STATIC = Path(__file__).parent / "static"
MOST_BEHIND = 5000  # events that a page may be behind before its socket is closed; it reads all anew then
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page:
    def __init__(self, world: World) -> None:
        self._world = world
        self._sockets: set[web.WebSocketResponse] = set()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._index)
        app.router.add_get("/control/live", self._live)
        app.router.add_static("/static/", STATIC)
        app.on_response_prepare.append(_fresh)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": POLICY})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Every event from now on. What was before, the page asks for after it is connected."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        events: asyncio.Queue[Event] = asyncio.Queue(MOST_BEHIND)

        def listen(event: Event) -> None:
            try:
                events.put_nowait(event)
            except asyncio.QueueFull:
                self._world.listeners.discard(listen)
                sending.cancel()

        async def send() -> None:
            while True:
                await socket.send_str(json.dumps(await events.get()))

        sending = asyncio.create_task(send())
        sending.add_done_callback(lambda _: asyncio.ensure_future(socket.close()))
        self._world.listeners.add(listen)
        self._sockets.add(socket)
        try:
            await socket.send_str(json.dumps({"event": "hello"}))
            async for _ in socket:
                pass  # the page only listens
        finally:
            self._world.listeners.discard(listen)
            self._sockets.discard(socket)
            sending.cancel()
        return socket

    async def close_all(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _fresh(request: web.Request, response: web.StreamResponse) -> None:
    """A page of yesterday with scripts of today would be a riddle."""
    if request.path == "/" or request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
