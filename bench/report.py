"""Figures in a table: ours, the floor's, their ratio, the promise, and whether it holds."""

import statistics
from dataclasses import dataclass, field


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` % of `values` don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered)) - 1))]


def median(values: list[float]) -> float:
    return statistics.median(values)


@dataclass
class Report:
    """The lines of one run; `held` is False when a promise was broken."""

    held: bool = True
    lines: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        print(f"\n{title}", flush=True)

    def ratio(self, name: str, ours: float, floor: float, *, most: float, unit: str = "ms") -> None:
        """`ours` may be at most `most` times `floor`."""
        times = ours / floor if floor else float("inf")
        self._line(
            f"{name:<46} {ours:8.1f} {unit:<4} floor {floor:7.1f} {unit:<4} x{times:5.2f} (max x{most:g})",
            times <= most,
        )

    def limit(self, name: str, ours: float, *, most: float, unit: str) -> None:
        self._line(f"{name:<46} {ours:8.1f} {unit:<4} at most {most:g} {unit}", ours <= most)

    def least(self, name: str, ours: float, *, least: float, unit: str) -> None:
        self._line(f"{name:<46} {ours:8.1f} {unit:<4} at least {least:g} {unit}", ours >= least)

    def _line(self, text: str, held: bool) -> None:
        self.held = self.held and held
        print(f"  {'ok  ' if held else 'MISS'} {text}", flush=True)
