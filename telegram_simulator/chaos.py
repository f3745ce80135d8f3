"""Random faults, the same for the same seed: what a network does to many calls.

Rates are by method (`*`: any other): {"sendMessage": {"drop_before": 0.05, "drop_after": 0.05, "429": 0.02}}.
What can happen: `drop_before`, `drop_after`, `delay`, and an HTTP status from 400 to 599 as `429`, `502` …
"""

import random
from dataclasses import dataclass, field
from typing import Any

from telegram_simulator.errors import Refused
from telegram_simulator.faults import Fault

KINDS = {"drop_before", "drop_after", "delay"}


@dataclass
class Chaos:
    """`retry_after` in seconds goes with a 429. `met` counts what happened, by its name."""

    seed: int = 0
    methods: dict[str, dict[str, float]] = field(default_factory=dict)
    retry_after: int = 1
    milliseconds: int = 300
    met: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rates in self.methods.values():
            for name, rate in rates.items():
                if name not in KINDS and not (name.isdigit() and 400 <= int(name) <= 599):
                    raise Refused(f"Chaos knows {', '.join(sorted(KINDS))} and HTTP statuses, not {name}.")
                if not 0 <= rate <= 1:
                    raise Refused("A rate is a number from 0 to 1.")
        self._methods = {name.lower(): rates for name, rates in self.methods.items()}
        self._random = random.Random(self.seed)  # noqa: S311  (nothing is secret here)

    def meet(self, method: str) -> Fault | None:
        """What happens to this call; None: nothing."""
        rates = self._methods.get(method.lower(), self._methods.get("*"))
        if not rates:
            return None
        left = self._random.random()
        for name, rate in rates.items():
            left -= rate
            if left < 0:
                self.met[name] = self.met.get(name, 0) + 1
                return self._fault(name)
        return None

    def _fault(self, name: str) -> Fault:
        if name in KINDS:
            return Fault(0, name, milliseconds=self.milliseconds)
        wait: dict[str, Any] = {"retry_after": self.retry_after} if name == "429" else {}
        return Fault(0, "error", code=int(name), parameters=wait)
