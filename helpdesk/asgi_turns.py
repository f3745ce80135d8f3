"""What no person waits for takes turns.

A list that follows the desk asks for itself again. Hundreds of lists do so in the same moment, and Django
draws each request in a thread of its own: together they would starve the loop that brings messages to open
pages, and whoever clicks. One at a time they cost the others nothing one could feel.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from helpdesk.asgi_uploads import Application, Receive, Send, body_size

AT_ONCE = 1
# What static/js/inbox.js asks by itself.
PATH, HEADER = "/tickets/", b"x-navigation"


class Turns:
    """ASGI middleware: of the lists that ask by themselves `at_once` are drawn, the others wait in line.

    A turn is over when the answer begins: whoever takes it slowly holds nobody up.
    """

    def __init__(self, app: Application, *, at_once: int = AT_ONCE) -> None:
        self.app = app
        self._turn = asyncio.Semaphore(at_once)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not _asks_by_itself(scope):
            await self.app(scope, receive, send)
            return
        await self._turn.acquire()
        turn = _Turn(self._turn)

        async def sending(message: Mapping[str, Any]) -> None:
            turn.end()
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            turn.end()


class _Turn:
    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns: asyncio.Semaphore | None = turns

    def end(self) -> None:
        """Once, however often it is called."""
        if self._turns is not None:
            self._turns.release()
            self._turns = None


def _asks_by_itself(scope: dict[str, Any]) -> bool:
    """A body could come as slowly as its sender likes: nothing with one stands in the line."""
    if scope["type"] != "http" or (scope["method"], scope["path"]) != ("GET", PATH):
        return False
    return body_size(scope) == 0 and any(name == HEADER for name, _ in scope["headers"])
