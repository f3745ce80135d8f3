"""Puts the parts together and listens."""

from pathlib import Path

from aiohttp import web

from telegram_simulator.bot_api import BotApi
from telegram_simulator.calls import Calls
from telegram_simulator.control import Control
from telegram_simulator.control_http import in_words
from telegram_simulator.control_messages import ControlMessages
from telegram_simulator.faults import Faults
from telegram_simulator.page import Page
from telegram_simulator.rehearsal import Rehearsal, Stage
from telegram_simulator.webhooks import Webhooks
from telegram_simulator.world import World

MOST_AT_ONCE = 32 * 1024 * 1024  # of a body that is not streamed: JSON and forms


class Server:
    """A running simulator: `await start()`, then `url`; `await stop()` in the end."""

    def __init__(self, folder: Path, tokens: list[str], *, local: bool = False) -> None:
        self.world = World(folder)
        self.world.settings.local = local
        for token in tokens:
            self.world.add_bot(token)
        self.webhooks = Webhooks(self.world.updates)
        self.faults = Faults()
        calls = Calls()
        stage = Stage()
        self.faults.random = stage.chaos_meets
        self._app = web.Application(client_max_size=MOST_AT_ONCE, middlewares=[in_words])
        self._page = Page(self.world)
        BotApi(self.world, self.webhooks, self.faults, calls, stage).add_routes(self._app)
        Control(self.world).add_routes(self._app)
        ControlMessages(self.world).add_routes(self._app)
        Rehearsal(self.world, self.webhooks, self.faults, calls, stage).add_routes(self._app)
        self._page.add_routes(self._app)
        self._app.on_shutdown.append(self._let_go)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=2)
        self.url = ""

    async def start(self, host: str, port: int) -> None:
        """Listens; port 0 takes any free one. Raises OSError when it can't."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        address = self._runner.addresses[0]
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{shown}:{address[1]}"
        for bot_id in self.world.bots:
            queue = self.world.updates.queue(bot_id)
            if queue.webhook:
                self.webhooks.watch(queue)

    async def stop(self) -> None:
        await self._runner.cleanup()
        self.world.close()

    async def _let_go(self, _: web.Application) -> None:
        """Ends what would wait for minutes: long polls, held answers, deliveries, the pages' sockets."""
        self.faults.clear()
        self.world.updates.end_polls()
        await self.webhooks.stop_all()
        await self._page.close_all()
