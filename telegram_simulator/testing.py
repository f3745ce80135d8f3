"""A simulator inside the test's own process, on a free port, ready in a few milliseconds.

with running_simulator() as sim:
    anna = sim.client(first_name="Anna")
    bot = telegram.Bot(sim.token, base_url=f"{sim.url}/bot", base_file_url=f"{sim.url}/file/bot")
"""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from telegram_simulator.client import SimulatedClient, Simulator
from telegram_simulator.server import Server

TOKEN = "1000001:SIMULATOR-TOKEN-FOR-THE-TESTS-0000000000"  # noqa: S105  (of no real bot)


class RunningSimulator(Simulator):
    """The control API of a simulator that this process runs, and the clients made through it."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url)
        self.token = token
        self._clients: list[SimulatedClient] = []

    def client(self, user_id: int | None = None, first_name: str = "Client", **more: Any) -> SimulatedClient:
        client = super().client(user_id, first_name, **more)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        super().close()


@contextlib.contextmanager
def running_simulator(
    *, token: str = TOKEN, state: Path | None = None, port: int = 0
) -> Iterator[RunningSimulator]:
    """Runs one until the block ends. `state`: a folder to keep; without it one that is thrown away."""
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="telegram-")))
        ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        thread = threading.Thread(
            target=lambda: asyncio.run(_serve(folder, token, port, ready)), name="Telegram simulator"
        )
        thread.start()
        try:
            url, loop, stopped = ready.result(timeout=20)
        except BaseException:
            thread.join()
            raise
        try:
            with RunningSimulator(url, token) as simulator:
                yield simulator
        finally:
            loop.call_soon_threadsafe(stopped.set)
            thread.join()


async def _serve(
    folder: Path,
    token: str,
    port: int,
    ready: "Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]]",
) -> None:
    stopped = asyncio.Event()
    try:
        server = Server(folder, [token])
        await server.start("127.0.0.1", port)
    except BaseException as error:
        ready.set_exception(error)
        return
    ready.set_result((server.url, asyncio.get_running_loop(), stopped))
    await stopped.wait()
    await server.stop()
