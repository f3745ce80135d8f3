"""The HTTP side of the Bot API: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import json
from typing import Any

from aiohttp import web

from telegram_simulator.calls import Call, Calls
from telegram_simulator.errors import ApiError
from telegram_simulator.faults import Fault, Faults
from telegram_simulator.files import MOST_UP, MOST_UP_LOCAL
from telegram_simulator.methods import asking, changing, editing, forwarding, receiving, registry, sending
from telegram_simulator.parameters import Parameters, parameters_of
from telegram_simulator.rehearsal import Stage
from telegram_simulator.webhooks import Webhooks
from telegram_simulator.world import TOKEN, Bot, World

# Imported to register their methods.
__all__ = ["BotApi", "asking", "changing", "editing", "forwarding", "receiving", "sending"]

DOWNLOAD = "download"


class BotApi:
    def __init__(self, world: World, webhooks: Webhooks, faults: Faults, calls: Calls, stage: Stage) -> None:
        self._world = world
        self._stage = stage
        self._webhooks = webhooks
        self._faults = faults
        self._calls = calls

    def add_routes(self, app: web.Application) -> None:
        for http_method in ("GET", "POST"):
            app.router.add_route(http_method, "/bot{token:[^/]+}/{method:[^/]+}", self._call)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._download)

    def _bot(self, token: str) -> Bot:
        """The bot of that token. Raises ApiError: 404 for what can't be a token, 401 for an unknown one."""
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        bot = self._world.bots.get(int(token.partition(":")[0]))
        if bot is None or bot.token != token:
            raise ApiError(401, "Unauthorized")
        return bot

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            bot = self._bot(request.match_info["token"])
        except ApiError as error:
            return _answer(error.code, error.body)
        call = self._calls.begin(bot.id, method)
        fault: Fault | None = None
        try:
            most = MOST_UP_LOCAL if self._world.settings.local else MOST_UP
            parameters = await parameters_of(request, self._world.files, most)
            call.parameters = parameters.for_log()
            chat_id = parameters.integer("chat_id")
            fault = self._faults.meet(method, chat_id or None)
            if fault and (answer := await _before(request, call, fault)):
                return answer
            album = len(parameters.records("media")) if method.lower() == "sendmediagroup" else 1
            self._stage.limits.check(bot.id, chat_id, method, messages=max(1, album))
            status, body = await self._execute(bot, method, parameters)
        except ApiError as error:
            status, body = error.code, json.dumps(error.body)
            call.description = error.description
        if fault and (answer := await self._after(request, fault)):
            return answer
        call.status = status
        return _answer(status, body)

    async def _execute(self, bot: Bot, name: str, parameters: Parameters) -> tuple[int, str]:
        function = registry.find(name)
        if function is None:
            raise ApiError(404, "Not Found")
        result = await function(registry.Context(self._world, self._webhooks, bot, parameters))
        encoded = result if isinstance(result, registry.Encoded) else json.dumps(result)
        return 200, f'{{"ok":true,"result":{encoded}}}'

    async def _after(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        if fault.kind == "drop_after":
            return drop(request)
        if fault.kind == "hold":
            await self._faults.hold()
        return None

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            bot = self._bot(request.match_info["token"])
        except ApiError as error:
            return _answer(error.code, error.body)
        call = self._calls.begin(bot.id, DOWNLOAD)
        call.parameters = {"path": request.match_info["path"]}
        file = self._world.files.by_path(bot.id, request.match_info["path"])
        if file is None or self._world.settings.local:  # an own server's files are taken from the disk
            call.status = 404
            return _answer(404, ApiError(404, "Not Found").body)
        fault = self._faults.meet(DOWNLOAD, None)
        if fault and (answer := await _before(request, call, fault)):
            return answer
        path = self._world.files.on_disk(file.sha256)
        if fault and fault.kind == "drop_after":
            with path.open("rb") as opened:
                return await _half(request, opened.read(file.size // 2), file.size)
        if fault and fault.kind == "hold":
            await self._faults.hold()
        call.status = 200
        return web.FileResponse(path, headers={"Content-Type": "application/octet-stream"})


async def _before(request: web.Request, call: Call, fault: Fault) -> web.StreamResponse | None:
    """The answer in place of executing the call, or None to go on."""
    if fault.kind == "delay":
        await asyncio.sleep(fault.milliseconds / 1000)
    if fault.kind == "drop_before":
        return drop(request)
    if fault.kind == "raw":
        call.status = fault.code
        return web.Response(status=fault.code, text=fault.body, content_type="text/html")
    if fault.kind == "error":
        raise_as = ApiError(fault.code, fault.words(), fault.parameters)
        call.status, call.description = raise_as.code, raise_as.description
        return _answer(raise_as.code, raise_as.body)
    return None


def drop(request: web.Request) -> web.StreamResponse:
    """Breaks the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, start: bytes, size: int) -> web.StreamResponse:
    """Promises `size` bytes, sends the first ones, and breaks the connection."""
    answer = web.StreamResponse(headers={"Content-Length": str(size)})
    await answer.prepare(request)
    await answer.write(start)
    if request.transport is not None:
        request.transport.close()
    return answer


def _answer(status: int, body: dict[str, Any] | str) -> web.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return web.Response(status=status, text=text, content_type="application/json")
