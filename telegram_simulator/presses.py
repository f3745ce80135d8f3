"""Presses of buttons: each waits for one answer of its bot, and not for ever."""

import secrets
from dataclasses import dataclass

ANSWERED_WITHIN = 15 * 60  # seconds; the real server names no number
KEPT = 2000


@dataclass
class Press:
    """`at`: by the simulated clock. The bot's answer: a `text`, as a toast or an `alert`, or a `url`."""

    id: str
    bot_id: int
    client_id: int
    message_id: int
    data: str
    at: int
    answered: bool = False
    text: str = ""
    alert: bool = False
    url: str = ""


class Presses:
    def __init__(self) -> None:
        self._kept: dict[str, Press] = {}

    def begin(self, bot_id: int, client_id: int, message_id: int, data: str, *, at: int) -> Press:
        press = Press(str(secrets.randbits(62)), bot_id, client_id, message_id, data, at)
        self._kept[press.id] = press
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return press

    def waiting(self, query_id: str, bot_id: int, *, at: int) -> Press | None:
        """The press that may be answered at that time; None when answered already, too old, or unknown."""
        press = self._kept.get(query_id)
        if press is None or press.bot_id != bot_id or press.answered or at - press.at > ANSWERED_WITHIN:
            return None
        return press

    def of(self, bot_id: int, client_id: int) -> list[Press]:
        """The oldest first."""
        return [each for each in self._kept.values() if (each.bot_id, each.client_id) == (bot_id, client_id)]

    def forget_all(self) -> None:
        self._kept.clear()
