"""A limit of messages a second, per chat and per bot, answered with 429 as the real server does.

Off until it is set: {"chat": 1, "bot": 30, "burst": 3, "retry_after": 2}. https://core.telegram.org/bots/faq
"""

import math
import time
from dataclasses import dataclass, field

from telegram_simulator.errors import ApiError

# What is counted: everything that puts or changes a message. "typing…" is not.
COUNTED = ("send", "forward", "copy", "edit")
FREE = {"sendchataction"}


@dataclass
class Bucket:
    """Holds up to `most` tokens; a message takes one. `closed` until: nothing gets through before."""

    tokens: float
    at: float
    closed: float = 0.0


@dataclass
class Limits:
    """Messages a second; 0 is no limit. `burst`: so many may come at once in a chat.

    `retry_after`: seconds that a 429 asks for, during which all of that chat (or bot) is refused; 0: just
    until the next message would pass.
    """

    chat: float = 0
    bot: float = 0
    burst: int = 1
    retry_after: int = 0
    refused: int = 0
    _buckets: dict[tuple[int, int], Bucket] = field(default_factory=dict)

    def check(self, bot_id: int, chat_id: int, method: str, *, messages: int = 1) -> None:
        """Counts a call. Raises ApiError 429."""
        name = method.lower()
        if name in FREE or not name.startswith(COUNTED):
            return
        if self.chat and chat_id:
            self._take((bot_id, chat_id), self.chat, max(self.burst, messages), messages)
        if self.bot:
            self._take((bot_id, 0), self.bot, max(self.bot, messages), messages)

    def _take(self, key: tuple[int, int], rate: float, most: float, messages: int) -> None:
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, Bucket(most, now))
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.closed <= now and bucket.tokens >= messages:
            bucket.tokens -= messages
            return
        if bucket.closed <= now:
            bucket.closed = now + (self.retry_after or (messages - bucket.tokens) / rate)
        wait = max(1, math.ceil(bucket.closed - now))
        self.refused += 1
        raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
