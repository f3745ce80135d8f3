"""What a proxy, an orchestrator and Prometheus are told."""

import pytest
from django.test import Client

from helpdesk import health
from telegram_bridge.models import Update
from tests.factories import make_bot, make_ticket, make_user
from tickets import operations
from tickets.content import Content


def test_healthz_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"  # no django_db mark: a query would raise


@pytest.mark.django_db
def test_readyz_says_that_all_is_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "ok", "redis": "ok"})


@pytest.mark.django_db
def test_readyz_names_what_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise ConnectionError

    monkeypatch.setattr(health, "_ask_redis", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "ok", "redis": "does not answer"}


@pytest.mark.django_db
def test_metrics_count_what_waits_and_what_failed(client: Client) -> None:
    bot = make_bot(username="desk_bot", state="running")
    ticket = make_ticket(text="private words")
    operations.reply(ticket, staff=make_user(), content=Content(text="hello"), taking=True)
    for number, state in enumerate(["stored", "stored", "failed"]):
        Update.objects.create(bot=bot, update_id=number, raw="{}", state=state, stored_at=ticket.created_at)
    text = client.get("/metrics").content.decode()
    for line in (
        'helpdesk_updates{state="stored"} 2.0',
        'helpdesk_updates{state="failed"} 1.0',
        'helpdesk_deliveries{state="queued"} 1.0',
        'helpdesk_bot_running{bot="@desk_bot"} 1.0',
    ):
        assert line in text
    assert "private words" not in text
    assert ticket.client.name not in text
