"""The rules about no client in particular, compiled once per process and found by what they wait for.

A message that no rule is about costs no query: whether the rules have changed is asked once a second at most,
and at once in the process that changed them.
"""

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from rules import language
from rules.models import Rule

logger = logging.getLogger(__name__)

FRESH_SECONDS = 1.0


@dataclass(frozen=True)
class Compiled:
    rule: Rule
    holds: language.Holds


def compiled(rule: Rule) -> Compiled:
    """Raises language.Wrong."""
    return Compiled(rule, language.compiled(rule.asked))


class Cache:
    """By event, in the rules' order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_event: dict[str, list[Compiled]] = {}
        self._stamp: Any = None
        self._looked_at = float("-inf")

    def waiting_for(self, event: str) -> list[Compiled]:
        if time.monotonic() - self._looked_at > FRESH_SECONDS:
            with self._lock:
                self._look()
        return self._by_event.get(event, [])

    def forget(self, **_kwargs: Any) -> None:
        """A receiver of what saves and deletes rules: the next event looks again, and after the commit."""
        self._looked_at = float("-inf")
        transaction.on_commit(self._forget)

    def _forget(self) -> None:
        self._looked_at = float("-inf")

    def _look(self) -> None:
        general = Rule.objects.filter(client__isnull=True)
        stamp = general.aggregate(count=Count("pk"), newest=Max("updated_at"), last=Max("pk"))
        if stamp != self._stamp:
            found: dict[str, list[Compiled]] = defaultdict(list)
            usable = general.enabled().filter(paused_at=None)
            for rule in usable.select_related("assign_to").order_by("position", "pk"):
                try:
                    found[rule.event].append(compiled(rule))
                except language.Wrong as wrong:
                    logger.error("Rule %s can't be understood and rests: %s", rule.pk, wrong)
            self._by_event, self._stamp = dict(found), stamp
        self._looked_at = time.monotonic()


cache = Cache()
