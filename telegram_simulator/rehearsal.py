"""The control API's part by which a test sets the stage: updates, faults, limits, what bots called, a reset.

The paths are listed in control.py.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from telegram_simulator.calls import Calls
from telegram_simulator.chaos import Chaos
from telegram_simulator.control_http import Handler, body_of, bot_of
from telegram_simulator.errors import Refused
from telegram_simulator.faults import Fault, Faults
from telegram_simulator.limits import Limits
from telegram_simulator.webhooks import Webhooks
from telegram_simulator.world import World


@dataclass
class Stage:
    """What may be exchanged while the simulator runs."""

    chaos: Chaos = field(default_factory=Chaos)
    limits: Limits = field(default_factory=Limits)

    def chaos_meets(self, method: str) -> Fault | None:
        return self.chaos.meet(method)


class Rehearsal:
    def __init__(self, world: World, webhooks: Webhooks, faults: Faults, calls: Calls, stage: Stage) -> None:
        self._world = world
        self._stage = stage
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
            ("POST", "/control/late", self._late),
            ("POST", "/control/shuffle", self._shuffle),
            ("GET", "/control/chaos", self._show_chaos),
            ("POST", "/control/chaos", self._set_chaos),
            ("DELETE", "/control/chaos", self._set_chaos),
            ("GET", "/control/limits", self._show_limits),
            ("POST", "/control/limits", self._set_limits),
            ("DELETE", "/control/limits", self._set_limits),
            ("GET", "/control/settings", self._settings),
            ("POST", "/control/settings", self._settings),
            ("POST", "/control/release", self._release),
            ("POST", "/control/reset", self._reset),
        ]
        for http_method, path, handler in routes:
            app.router.add_route(http_method, path, handler)

    async def _raw_update(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        many: list[Any] = asked["many"] if isinstance(asked.get("many"), list) else [asked.get("raw")]
        if not all(isinstance(raw, (dict, str)) for raw in many):
            raise Refused("`raw` is the update: an object, or the text to hand out as it is.")
        bot_id, lane = bot_of(request, self._world), int(asked.get("lane") or 0)
        numbers = [self._world.updates.add_raw(bot_id, raw, lane=lane) for raw in many]
        return web.json_response({"update_id": numbers[0] if numbers else 0, "update_ids": numbers})

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

    async def _late(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        seconds = asked.get("seconds")
        queue = self._world.updates.queue(bot_of(request, self._world))
        queue.arrivals.keep_back(int(asked.get("skip") or 0), None if seconds is None else float(seconds))
        return web.json_response({})

    async def _shuffle(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        queue = self._world.updates.queue(bot_of(request, self._world))
        queue.arrivals.shuffle(int(asked.get("next") or 0), int(asked.get("seed") or 0))
        return web.json_response({})

    async def _show_chaos(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self._stage.chaos))

    async def _set_chaos(self, request: web.Request) -> web.Response:
        """Begins anew, with the seed; DELETE ends it."""
        try:
            self._stage.chaos = Chaos(**await body_of(request))
        except TypeError as error:
            raise Refused(f"No such chaos: {error}") from None
        return await self._show_chaos(request)

    async def _show_limits(self, _: web.Request) -> web.Response:
        limits = self._stage.limits
        names = ("chat", "bot", "burst", "retry_after", "refused")
        return web.json_response({name: getattr(limits, name) for name in names})

    async def _set_limits(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        names = ("chat", "bot", "burst", "retry_after")
        if not set(asked) <= set(names) or any(not isinstance(each, (int, float)) for each in asked.values()):
            raise Refused(f"A limit is a number: {', '.join(names)}.")
        self._stage.limits = Limits(**asked)
        return await self._show_limits(request)

    async def _settings(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.settings.change(await body_of(request)))

    async def _release(self, _: web.Request) -> web.Response:
        self._faults.release()
        for bot_id in self._world.bots:
            self._world.updates.queue(bot_id).arrivals.release()
        return web.json_response({})

    async def _reset(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        await self._webhooks.stop_all()
        self._faults.clear()
        self._stage.chaos, self._stage.limits = Chaos(), Limits()
        self._calls.clear()
        self._world.reset(populate=bool(asked.get("populate", True)))
        return web.json_response({})
