"""What another process stored is applied at once; the sweep is for what nobody heard."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from telegram_bridge import bot_changes, storing
from telegram_bridge.announcements import Listener, lane_of
from telegram_bridge.channels import BOTS, UPDATES
from telegram_bridge.lanes import Ingester
from telegram_bridge.models import Bot, Update
from tests.factories import make_bot
from tests.telegram_bridge.updates import CLIENT, text

pytestmark = pytest.mark.django_db(transaction=True)


def until(true: Callable[[], Any], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def ingester(told: list[str]) -> Iterator[Ingester]:
    """Never sweeps: what it applies it was told of."""
    ingester = Ingester(threads=1, sweep_seconds=3600)
    listener = Listener(
        {UPDATES: lambda said: ingester.wake([lane_of(said)]), BOTS: lambda said: told.append("bots")}
    )
    ingester.start()
    listener.start()
    until(listening)
    yield ingester
    listener.stop()
    ingester.stop()


def listening() -> list[int]:
    """The server's processes that serve a listener."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN helpdesk%%' "
            "AND datname = current_database()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def post(bot: Bot, number: int) -> None:
    raw = storing.read_update({"update_id": number, "message": text(f"{number}", CLIENT)})
    storing.store(bot.pk, [raw], now=timezone.now(), announce=True)


def done() -> int:
    return Update.objects.filter(state="done").count()


def test_an_announced_update_is_applied_without_a_sweep(ingester: Ingester) -> None:
    bot = make_bot()
    post(bot, 1)
    until(lambda: done() == 1)


def test_after_a_lost_connection_it_listens_again(ingester: Ingester) -> None:
    bot = make_bot()
    (before,) = listening()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [before])
    until(lambda: listening() not in ([], [before]))
    post(bot, 1)
    until(lambda: done() == 1)


def test_a_word_that_can_not_be_understood_is_not_the_last_that_is_heard(ingester: Ingester) -> None:
    for nonsense in ("", "1", "a:b", "1:2:3"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [UPDATES, nonsense])
    post(make_bot(), 1)
    until(lambda: done() == 1)


def test_what_nobody_heard_of_is_swept_up() -> None:
    bot = make_bot()
    ingester = Ingester(threads=1, sweep_seconds=0.1)
    ingester.start()
    try:
        post(bot, 1)
        until(lambda: done() == 1)
    finally:
        ingester.stop()


def test_the_bots_process_hears_of_a_bot_that_was_changed(ingester: Ingester, told: list[str]) -> None:
    bot_changes.set_enabled(make_bot(), enabled=False)
    until(lambda: told == ["bots"])


def test_a_lane_of_a_bot_that_is_gone_holds_nobody_up(ingester: Ingester) -> None:
    ingester.wake([(123_456_789, 7)])
    post(make_bot(), 1)
    until(lambda: done() == 1)
