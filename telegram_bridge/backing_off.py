"""Waiting longer after each failure, never all at the same moment."""

import random


class BackOff:
    """1, 2, 4 … seconds, at most `cap`, each spread by a quarter to both sides."""

    def __init__(self, *, first: float = 1.0, cap: float = 60.0) -> None:
        self.first = first
        self.cap = cap
        self._failures = 0

    def next(self) -> float:
        """How long to wait after this failure, in seconds."""
        seconds: float = min(self.first * 2.0 ** min(self._failures, 20), self.cap)
        self._failures += 1
        return min(seconds * random.uniform(0.75, 1.25), self.cap)  # noqa: S311  (spreads tries)

    def reset(self) -> None:
        self._failures = 0
