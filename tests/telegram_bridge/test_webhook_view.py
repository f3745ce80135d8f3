"""What Telegram posts: committed before the 200, and nobody else comes in."""

import json
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from telegram_bridge import bot_changes, storing
from telegram_bridge.channels import UPDATES
from telegram_bridge.models import Bot, Update
from tests.factories import make_bot

pytestmark = pytest.mark.django_db

SECRET = "the-secret-of-this-bot"


@pytest.fixture
def bot() -> Bot:
    return make_bot(mode="webhook", webhook_secret=SECRET)


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def update(number: int = 5, **message: Any) -> bytes:
    body = {"message_id": 1, "chat": {"id": 7}, "text": "hi"} | message
    return json.dumps({"update_id": number, "message": body}).encode()


def post(client: Client, bot: Bot | int, body: bytes, secret: str | None = SECRET) -> Any:
    number = bot if isinstance(bot, int) else bot.telegram_id
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    address = f"/telegram/webhook/{number}/"
    return client.post(address, body, content_type="application/json", headers=headers)


def test_an_update_is_stored_as_it_came_and_answered_with_200(client: Client, bot: Bot) -> None:
    answer = post(client, bot, update(5))
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
    stored = Update.objects.get()
    assert (stored.bot, stored.update_id, stored.chat_id, stored.kind) == (bot, 5, 7, "message")
    assert (stored.state, json.loads(stored.raw)) == ("stored", json.loads(update(5)))


def test_it_costs_two_ways_to_the_database(
    client: Client, bot: Bot, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        post(client, bot, update())


def test_the_same_update_is_stored_once_however_often_it_is_posted(client: Client, bot: Bot) -> None:
    assert [post(client, bot, update(5)).status_code for _ in range(3)] == [200, 200, 200]
    assert Update.objects.count() == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "ключ", "\xff"])
def test_who_does_not_know_the_secret_learns_nothing(client: Client, bot: Bot, secret: str | None) -> None:
    refused = post(client, bot, update(), secret)
    unknown = post(client, 999, update(), secret)
    assert refused.status_code == unknown.status_code == 403
    assert refused.content == unknown.content == b"Forbidden"
    assert not Update.objects.exists()


@pytest.mark.parametrize("fields", [{"webhook_secret": ""}, {"is_enabled": False, "webhook_secret": SECRET}])
@pytest.mark.parametrize("secret", [None, "", SECRET])
def test_a_bot_without_a_webhook_takes_none(
    client: Client, fields: dict[str, Any], secret: str | None
) -> None:
    assert post(client, make_bot(**fields), update(), secret).status_code == 403
    assert not Update.objects.exists()


def test_the_secret_of_one_bot_opens_no_other(client: Client, bot: Bot) -> None:
    other = make_bot(webhook_secret="another")
    assert post(client, other, update()).status_code == 403


def test_what_is_on_its_way_while_the_bot_is_switched_to_polling_is_still_taken(
    client: Client, bot: Bot
) -> None:
    bot_changes.set_mode(bot, "polling")
    assert post(client, bot, update()).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_posts_are_taken(client: Client, bot: Bot, method: str) -> None:
    assert getattr(client, method)(f"/telegram/webhook/{bot.telegram_id}/").status_code == 405


def test_a_megabyte_is_taken_and_more_is_not(client: Client, bot: Bot) -> None:
    room = 1024 * 1024 - len(update(5, text=""))
    assert post(client, bot, update(5, text="x" * room)).status_code == 200
    assert post(client, bot, update(6, text="x" * (room + 1))).status_code == 413
    assert list(Update.objects.values_list("update_id", flat=True)) == [5]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>502</html>",
        update(5)[:-1],
        b'{"update_id":5,"message":\x00\xff}',
        b'{"update_id":5,"message":' + b"[" * 100_000,
        b'{"update_id":' + b"9" * 10_000 + b"}",
        b"[]",
        b"null",
        b'{"message":{}}',
        b'{"update_id":"5"}',
        b'{"update_id":-5}',
    ],
)
def test_what_can_not_be_read_is_kept_as_failed_and_holds_nobody_up(
    client: Client, bot: Bot, body: bytes
) -> None:
    assert [post(client, bot, body).status_code for _ in range(2)] == [200, 200]
    kept = Update.objects.get()
    assert (kept.state, bool(kept.error)) == ("failed", True)
    assert kept.update_id < 0, "it must not take the place of the good update with its number"
    assert post(client, bot, update(5)).status_code == 200
    assert Update.objects.get(update_id=5).state == "stored"


def test_nul_lone_surrogates_and_broken_bytes_in_a_good_update_are_kept(client: Client, bot: Bot) -> None:
    body = b'{"update_id":5,"message":{"chat":{"id":7},"text":"a\\u0000b\\ud83dc\xff"}}'
    assert post(client, bot, body).status_code == 200
    text = json.loads(Update.objects.get(state="stored").raw)["message"]["text"]
    assert text == "a\x00b\ud83dc\udcff"


def test_while_the_database_is_away_telegram_is_asked_to_come_again(
    client: Client, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the server is restarting")

    monkeypatch.setattr(storing, "store", away)
    assert post(client, bot, update()).status_code == 503


@pytest.mark.django_db(transaction=True)
def test_the_bots_process_hears_of_the_lane_when_the_update_is_there(
    client: Client, bot: Bot, live_database: str
) -> None:
    with (
        psycopg.connect(live_database, autocommit=True) as listening,
        psycopg.connect(live_database, autocommit=True) as looking,
    ):
        listening.execute(f"LISTEN {UPDATES}".encode())
        post(client, bot, update(5))
        notice = next(listening.notifies(timeout=10))
        assert notice.payload == f"{bot.pk}:7"
        found = looking.execute("SELECT update_id FROM telegram_bridge_update").fetchall()
        assert found == [(5,)]
