"""What a proxy, an orchestrator and Prometheus are told."""

import json
import time
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.test import Client
from django.utils import timezone

from helpdesk import health
from telegram_bridge.models import Update
from tests.factories import make_bot, make_ticket, make_user
from tests.processes import Processes
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
    bot = make_bot(username="desk_bot", state="running", seen_at=timezone.now())
    make_bot(username="gone_bot", state="running", seen_at=timezone.now() - timedelta(minutes=5))
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
        'helpdesk_bot_running{bot="@gone_bot"} 0.0',
        "helpdesk_database_up 1.0",
    ):
        assert line in text
    assert "private words" not in text
    assert ticket.client.name not in text


def test_without_a_database_both_answer_quickly_and_say_so(processes: Processes) -> None:
    web = processes.web(
        DATABASE_URL="postgres://nobody@127.0.0.1:9/nowhere", REDIS_URL="redis://127.0.0.1:9/0"
    )
    started = time.monotonic()
    with pytest.raises(HTTPError) as refused, urlopen(f"{web.url}/readyz", timeout=8):  # noqa: S310
        pass
    assert refused.value.code == 503
    said = json.load(refused.value)
    assert said == {"ready": False, "database": "does not answer", "redis": "does not answer"}
    with urlopen(f"{web.url}/metrics", timeout=8) as answer:  # noqa: S310
        assert "helpdesk_database_up 0.0" in answer.read().decode()
    assert time.monotonic() - started < 8
