"""What a test sets for the whole simulator: strictness, a Bot API server of one's own, the clock."""

from dataclasses import asdict, dataclass
from typing import Any

from telegram_simulator.errors import Refused


@dataclass
class Settings:
    """`strict`: refuse also what the real server takes for something else (a voice that is no Opus).

    `local`: as with the real server's `--local`: files by their path on the disk, 2,000 MB up, no limit down.
    `ahead`: seconds by which the simulated clock is ahead of the machine's.
    """

    strict: bool = True
    local: bool = False
    ahead: int = 0

    def change(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Sets what is named; returns all. Raises Refused for what isn't there."""
        for name, value in wanted.items():
            known = getattr(self, name, None) if name in asdict(self) else None
            if known is None or type(known) is not type(value):
                raise Refused(f"There is no setting {name} with such a value.")
        for name, value in wanted.items():
            setattr(self, name, value)
        return asdict(self)
