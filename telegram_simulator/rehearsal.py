"""The control API's part by which a test sets the stage: raw updates, faults, what bots called, a reset.

The paths are listed in control.py.
"""

from dataclasses import asdict

from aiohttp import web

from telegram_simulator.calls import Calls
from telegram_simulator.control_http import Handler, body_of, bot_of
from telegram_simulator.errors import Refused
from telegram_simulator.faults import Faults
from telegram_simulator.webhooks import Webhooks
from telegram_simulator.world import World


class Rehearsal:
    def __init__(self, world: World, webhooks: Webhooks, faults: Faults, calls: Calls) -> None:
        self._world = world
        self._webhooks = webhooks
        self._faults = faults
        self._calls = calls

    def add_routes(self, app: web.Application) -> None:
        routes: list[tuple[str, str, Handler]] = [
            ("POST", "/control/updates", self._raw_update),
            ("POST", "/control/duplicates", self._duplicates),
            ("GET", "/control/calls", self._list_calls),
            ("DELETE", "/control/calls", self._clear_calls),
            ("GET", "/control/faults", self._list_faults),
            ("POST", "/control/faults", self._add_fault),
            ("DELETE", "/control/faults", self._clear_faults),
            ("POST", "/control/release", self._release),
            ("POST", "/control/reset", self._reset),
        ]
        for http_method, path, handler in routes:
            app.router.add_route(http_method, path, handler)

    async def _raw_update(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        raw = asked.get("raw")
        if not isinstance(raw, (dict, str)):
            raise Refused("`raw` is the update: an object, or the text to hand out as it is.")
        number = self._world.updates.add_raw(
            bot_of(request, self._world), raw, lane=int(asked.get("lane") or 0)
        )
        return web.json_response({"update_id": number})

    async def _duplicates(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        self._world.updates.queue(bot_of(request, self._world)).twice = int(asked.get("times", 1))
        return web.json_response({})

    async def _list_calls(self, request: web.Request) -> web.Response:
        found = self._calls.list(
            after=int(request.query.get("after", "0")), method=request.query.get("method", "")
        )
        return web.json_response([asdict(call) for call in found])

    async def _clear_calls(self, _: web.Request) -> web.Response:
        self._calls.clear()
        return web.json_response({})

    async def _list_faults(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(fault) for fault in self._faults.list()])

    async def _add_fault(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self._faults.add(await body_of(request))))

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})

    async def _release(self, _: web.Request) -> web.Response:
        self._faults.release()
        return web.json_response({})

    async def _reset(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        await self._webhooks.stop_all()
        self._faults.clear()
        self._calls.clear()
        self._world.reset(populate=bool(asked.get("populate", True)))
        return web.json_response({})
