"""Faults switched on for the next calls: what a bot has to survive, on demand.

A fault is for a method (or `*`; `download` is fetching a file), perhaps for one chat only, for `times` calls
(None: until it is removed). Kinds:

- `error`: `code`, `description`, `parameters`, e.g. 429 with `{"retry_after": 3}`; nothing is executed
- `raw`: an answer that is no JSON, with `code` and `body`; nothing is executed
- `delay`: `milliseconds` go by before the call is executed as usual
- `drop_before`: the connection breaks, nothing is executed
- `drop_after`: it is executed (the message is in the chat), then the connection breaks
- `hold`: it is executed, the answer comes when released (`Faults.release`)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telegram_simulator.errors import Refused

KINDS = {"error", "raw", "delay", "drop_before", "drop_after", "hold"}
DESCRIPTIONS = {
    400: "Bad Request: a fault that a test asked for",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass
class Fault:
    id: int
    kind: str
    method: str = "*"
    chat_id: int | None = None
    times: int | None = 1
    code: int = 0  # when not said: 429 for `error`, 502 for `raw`
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    body: str = "<html><body><h1>502 Bad Gateway</h1></body></html>"
    milliseconds: int = 0
    met: int = 0

    def words(self) -> str:
        if self.code == 429 and not self.description:
            return f"Too Many Requests: retry after {self.parameters.get('retry_after', 0)}"
        return self.description or DESCRIPTIONS.get(self.code, "Bad Request")


class Faults:
    def __init__(self) -> None:
        self.random: Callable[[str], Fault | None] = lambda _method: None  # what else may happen to a call
        self._active: list[Fault] = []
        self._number = 0
        self._released = asyncio.Event()

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Switches a fault on. Raises Refused when it is none."""
        try:
            fault = Fault(self._number + 1, **wanted)
        except TypeError as error:
            raise Refused(f"No such fault: {error}") from None
        if fault.kind not in KINDS:
            raise Refused(f"A fault's kind is one of {', '.join(sorted(KINDS))}.")
        fault.code = fault.code or (502 if fault.kind == "raw" else 429)
        if fault.kind in {"error", "raw"} and not 200 <= fault.code <= 599:
            raise Refused("A fault's code is an HTTP status from 200 to 599.")
        self._number += 1
        self._active.append(fault)
        return fault

    def meet(self, method: str, chat_id: int | None) -> Fault | None:
        """The first fault that this call meets; it counts as one of its times."""
        for fault in self._active:
            if fault.method.lower() not in {"*", method.lower()} or fault.chat_id not in {None, chat_id}:
                continue
            fault.met += 1
            if fault.times is not None and fault.met >= fault.times:
                self._active.remove(fault)
            return fault
        return self.random(method)

    def list(self) -> list[Fault]:
        return self._active

    def clear(self) -> None:
        """Removes all and lets held answers go."""
        self._active.clear()
        self.release()

    def release(self) -> None:
        """Every answer that is held now is sent."""
        self._released.set()
        self._released = asyncio.Event()

    async def hold(self) -> None:
        await self._released.wait()
