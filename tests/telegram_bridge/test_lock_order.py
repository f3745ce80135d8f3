"""A client's row is locked before their ticket, by every update: the other way round two would wait for each
other for ever."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.factories import make_bot
from tests.telegram_bridge.updates import Inbound, Json, membership, text, user
from tickets.models import Client, Ticket

IS_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("message", lambda: text("/start spring")),
        ("message", lambda: text("Hello", sender=user(first_name="Renamed"))),
        ("my_chat_member", lambda: membership("kicked")),
    ],
    ids=["start", "profile", "blocked"],
)
def test_an_update_that_waits_for_the_client_holds_no_ticket(
    transactional_db: None, kind: str, body: Callable[[], Json]
) -> None:
    inbound = Inbound(make_bot())
    inbound.apply(text("Hello"))
    update = inbound.store(body(), kind)

    def apply() -> None:
        try:
            inbound.apply_all()
        finally:
            connections.close_all()

    ingesting = threading.Thread(target=apply)
    with transaction.atomic():
        # As a delivery that was told that the bot is blocked (tickets/operations.py, settle_delivery).
        Client.objects.select_for_update(no_key=True).get()
        ingesting.start()
        wait_until_somebody_waits()
        assert Ticket.objects.select_for_update(nowait=True).get()
    ingesting.join()
    update.refresh_from_db()
    assert update.state == "done"


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(IS_WAITING)
            row: Any = cursor.fetchone()
        if row[0]:
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits for the client's row")
