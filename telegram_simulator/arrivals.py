"""When an update arrives: at once, later than those after it, or in another order. On demand, for tests.

What is kept back has no number yet: numbers grow in the order in which updates are handed out, as with the
real server.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

Deliver = Callable[[], None]


@dataclass
class Late:
    """The update that comes after `skip` others is kept back for `seconds`, or until it is released."""

    skip: int
    seconds: float | None


@dataclass
class Arrivals:
    """Of one bot."""

    _late: list[Late] = field(default_factory=list)
    _kept: list[Deliver] = field(default_factory=list)
    _shuffled: list[Deliver] = field(default_factory=list)
    _to_shuffle: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def keep_back(self, skip: int, seconds: float | None) -> None:
        self._late.append(Late(skip, seconds))

    def shuffle(self, number: int, seed: int) -> None:
        """The next `number` updates wait for each other, and come in an order that `seed` decides."""
        self._to_shuffle = number
        self._random = random.Random(seed)  # noqa: S311  (nothing is secret here)

    def arrive(self, deliver: Deliver) -> None:
        """Calls `deliver` now or in its time."""
        late = self._next_late()
        if late:
            self._kept.append(deliver)
            if late.seconds is not None:
                asyncio.get_running_loop().call_later(late.seconds, self._let_go, deliver)
        elif self._to_shuffle:
            self._to_shuffle -= 1
            self._shuffled.append(deliver)
            if not self._to_shuffle:
                self._hand_out_shuffled()
        else:
            deliver()

    def _next_late(self) -> Late | None:
        found = next((each for each in self._late if each.skip <= 0), None)
        for each in self._late:
            each.skip -= 1
        if found:
            self._late.remove(found)
        return found

    def _hand_out_shuffled(self) -> None:
        waiting, self._shuffled = self._shuffled, []
        before = list(waiting)
        while len(waiting) > 1 and waiting == before:
            self._random.shuffle(waiting)
        for deliver in waiting:
            deliver()

    def _let_go(self, deliver: Deliver) -> None:
        if deliver in self._kept:
            self._kept.remove(deliver)
            deliver()

    def release(self) -> None:
        """Everything that is kept back arrives now."""
        self._to_shuffle = 0
        self._late.clear()
        kept, self._kept = self._kept + self._shuffled, []
        self._shuffled = []
        for deliver in kept:
            deliver()

    def forget(self) -> None:
        """Nothing is kept back any more, and what was is gone."""
        self._to_shuffle = 0
        for each in (self._late, self._kept, self._shuffled):
            each.clear()
