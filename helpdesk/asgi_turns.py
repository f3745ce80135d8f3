"""What no person waits for takes turns.

A list that follows the desk asks for itself again. Hundreds of lists do so in the same moment, and Django
draws each request in a thread of its own: together they would starve the loop that brings messages to open
pages, and whoever clicks. One at a time they cost the others nothing one could feel.
"""

import asyncio
from typing import Any

from helpdesk.asgi_uploads import Application, Receive, Send

AT_ONCE = 1
# static/js/inbox.js sends it with what it asks by itself.
HEADER = b"x-navigation"


class Turns:
    """ASGI middleware: of the requests that carry HEADER, `at_once` run, the others wait in line."""

    def __init__(self, app: Application, *, at_once: int = AT_ONCE) -> None:
        self.app = app
        self._turn = asyncio.Semaphore(at_once)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(name == HEADER for name, _ in scope["headers"]):
            await self.app(scope, receive, send)
            return
        async with self._turn:
            await self.app(scope, receive, send)
