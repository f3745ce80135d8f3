"""`python -m bench [messages backlog listing memory crowd rules page]`: exits with 1 for a broken promise."""

import asyncio
import importlib
import sys

from bench.report import Report
from bench.stage import stage

FIGURES = ["messages", "backlog", "listing", "memory", "crowd", "rules", "page"]


def main() -> int:
    chosen = sys.argv[1:] or FIGURES
    if unknown := set(chosen) - set(FIGURES):
        print(f"No such figure: {', '.join(sorted(unknown))}. There are: {', '.join(FIGURES)}")
        return 2
    report = Report()
    with stage() as made:
        for name in chosen:
            figure = importlib.import_module(f"bench.{name}")
            asyncio.run(figure.measure(made, report))
    print("\nEvery promise holds." if report.held else "\nA promise is broken: see MISS above.")
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main())
