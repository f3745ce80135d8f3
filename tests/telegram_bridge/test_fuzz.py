"""Thousands of broken updates: each is stored, each comes to an end, and none holds up the others.

As many as a run of all tests has time for; `FUZZ=20000 pytest tests/telegram_bridge/test_fuzz.py` makes the
full number (about two minutes on two cores), `FUZZ_SEED` other ones.
"""

import logging
import os
import statistics
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from telegram_bridge import ingest, storing
from telegram_bridge.lanes import Ingester
from telegram_bridge.models import Bot, Update
from telegram_bridge.storing import Raw
from tests.factories import make_bot
from tests.telegram_bridge.mutations import FIRST_CLIENT, mutated
from tests.telegram_bridge.updates import text
from tickets import conversation
from tickets.models import Message, Ticket

COUNT = int(os.environ.get("FUZZ", "1500"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
BATCH = 100
SLOWEST_SECONDS = 0.05  # for 99 of 100 updates
# What half of them take on two cores that have nothing else to do. Where that half takes longer in a run of
# all tests, the machine is busy with those, and the slowest take longer by as much, within reason. The full
# number runs alone: there the bound is the bound.
USUAL_SECONDS = 0.005
BUSIEST = 1.0 if "FUZZ" in os.environ else 6.0
ROUND = 500


def answers(sent: list[bytes]) -> Iterator[tuple[int, list[Raw]]]:
    """What each answer of getUpdates brings, and how many updates were in it: read as the poller reads them,
    a hundred at a time, and one at a time where the hundred can't be read."""
    for at in range(0, len(sent), BATCH):
        batch = sent[at : at + BATCH]
        try:
            yield len(batch), storing.read_batch(_body(batch)).updates
        except storing.Unreadable:
            for one in batch:
                try:
                    yield 1, storing.read_batch(_body([one])).updates
                except storing.Unreadable:
                    yield 1, storing.salvage(_body([one])).updates


def _body(updates: list[bytes]) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(updates) + b"]}"


class Watch:
    """How long each update took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        self._apply_next = ingest.apply_next
        monkeypatch.setattr(ingest, "apply_next", self._timed)

    def _timed(self, *args: Any) -> ingest.Applied:
        began = time.perf_counter()
        applied = self._apply_next(*args)
        self.seconds.append(time.perf_counter() - began)
        return applied

    def figures(self) -> tuple[float, float]:
        """What half of them, and 99 of 100, took at most: the median over rounds, since this machine may have
        been busy with something else during one of them."""
        rounds = [self.seconds[at : at + ROUND] for at in range(0, len(self.seconds) - ROUND + 1, ROUND)]
        cuts = [statistics.quantiles(one, n=100) for one in rounds]
        return statistics.median(cut[49] for cut in cuts), statistics.median(cut[98] for cut in cuts)


def ingested(bot: Bot, ingester: Ingester) -> None:
    """Waits until nothing is left to apply. A lane that stopped would have something left for ever."""
    ingester.wake(ingest.waiting_lanes())
    deadline = time.monotonic() + 60 + COUNT / 20
    while left := Update.objects.filter(bot=bot, state=Update.State.STORED).count():
        assert time.monotonic() < deadline, f"{left} updates are never applied"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_broken_updates_are_all_accounted_for_and_stop_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="telegram_bridge.ingest")  # one line for each that fails
    bot, watch = make_bot(), Watch(monkeypatch)
    numbers: set[int] = set()
    for count, raws in answers(list(mutated(Random(SEED), COUNT, clients=COUNT // 5))):
        assert len(raws) == count
        numbers.update(raw.update_id for raw in raws)
        storing.store(bot.pk, raws, now=timezone.now())
    assert len(numbers) > COUNT * 0.95  # a few come twice

    ingester = Ingester(threads=1)
    ingester.start()
    try:
        ingested(bot, ingester)
        # Who sent the worst can still write.
        failed = Update.objects.filter(bot=bot, state=Update.State.FAILED, chat_id__gte=FIRST_CLIENT)
        writers = list(failed.order_by("chat_id").values_list("chat_id", flat=True).distinct()[:20])
        bodies = [text("I can still write", client, message_id=2**40) for client in writers]
        raws = [
            storing.read_update({"update_id": 10**9 + number, "message": body})
            for number, body in enumerate(bodies)
        ]
        storing.store(bot.pk, raws, now=timezone.now())
        ingested(bot, ingester)
    finally:
        ingester.stop()

    states = dict.fromkeys(("done", "skipped", "failed"), 0)
    for state in Update.objects.filter(bot=bot, update_id__in=numbers).values_list("state", flat=True):
        states[state] += 1
    assert sum(states.values()) == len(numbers)
    assert min(states["done"], states["failed"]) > COUNT / 50, "the mutations break too little, or all"
    assert Message.objects.filter(text="I can still write").count() == len(writers) > 0
    half, nearly_all = watch.figures()
    sys.stdout.write(f"{len(watch.seconds)} updates: {states}, p50 {half:.4f} s, p99 {nearly_all:.4f} s\n")
    assert nearly_all < SLOWEST_SECONDS * min(max(1.0, half / USUAL_SECONDS), BUSIEST)
    for ticket in Ticket.objects.filter(client__inbox=bot.inbox_id):
        frame = conversation.frame_since(ticket.pk, after=0, language="en")
        assert frame is not None, "no page can be drawn from what was kept"
