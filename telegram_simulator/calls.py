"""What the bots asked for: every call with its parameters and the moment it arrived."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEPT = 20_000


@dataclass
class Call:
    """Arrival: when the request's head was here, before its body. The monotonic clock is the machine's."""

    number: int
    bot_id: int
    method: str
    arrived_ns: int = field(default_factory=time.time_ns)
    arrived_monotonic_ns: int = field(default_factory=time.monotonic_ns)
    parameters: dict[str, Any] = field(default_factory=dict)
    status: int = 0  # of the answer; 0 until there is one, or when the connection was dropped
    description: str = ""


class Calls:
    def __init__(self) -> None:
        self._kept: deque[Call] = deque(maxlen=KEPT)
        self._number = 0

    def begin(self, bot_id: int, method: str) -> Call:
        self._number += 1
        call = Call(self._number, bot_id, method)
        self._kept.append(call)
        return call

    def list(self, *, after: int = 0, method: str = "") -> list[Call]:
        wanted = method.lower()
        return [
            each
            for each in self._kept
            if each.number > after and (not wanted or each.method.lower() == wanted)
        ]

    def clear(self) -> None:
        """Forgets them; numbers go on."""
        self._kept.clear()
