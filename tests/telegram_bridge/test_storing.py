"""Updates as rows: nothing in them can stop the others."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from telegram_bridge.models import Bot, Update
from telegram_bridge.storing import Unreadable, read_batch, read_update, salvage, store
from tests.factories import make_bot


def answer(*updates: object) -> bytes:
    return json.dumps({"ok": True, "result": updates}).encode()


def message(update_id: int, chat_id: int = 7, **more: object) -> dict[str, object]:
    return {"update_id": update_id, "message": {"message_id": 1, "chat": {"id": chat_id}, **more}}


def test_a_batch_is_confirmed_by_the_number_after_its_last_update() -> None:
    batch = read_batch(answer(message(5), message(6)))
    assert batch.offset == 7
    assert [(update.update_id, update.kind, update.chat_id) for update in batch.updates] == [
        (5, "message", 7),
        (6, "message", 7),
    ]


@pytest.mark.parametrize(
    "broken", [None, 1, "x", [], {}, {"update_id": "5"}, {"update_id": True}, {"update_id": 2**70}]
)
def test_a_broken_update_is_kept_as_failed_and_the_others_are_confirmed(broken: object) -> None:
    batch = read_batch(answer(message(5), broken))
    assert batch.offset == 6
    assert batch.updates[1].error
    assert batch.updates[1].update_id < 0
    assert batch.updates[1] == read_update(broken)  # the same number again: stored once


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"ok":true}', b'{"result":{}}', b'{"result":' + b"[" * 100_000]
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_batch(body)


def test_an_unreadable_update_is_salvaged_by_its_number() -> None:
    batch = salvage(b'{"ok":true,"result":[{"update_id": 41, "message": \x00\xff oops')
    assert batch.offset == 42
    assert batch.updates[0].error
    assert "\\x00" in batch.updates[0].raw


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_whatever_an_update_is_it_becomes_plain_ascii(value: object) -> None:
    update = read_update(value)
    assert update.raw.isascii()
    assert "\x00" not in update.raw + update.kind


class TestInTheDatabase:
    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def bot(self) -> Bot:
        return make_bot()

    def test_an_update_is_stored_once_however_often_it_comes(self, bot: Bot) -> None:
        updates = read_batch(answer(message(5), message(6), message(5))).updates
        store(bot.pk, updates, now=timezone.now())
        lanes = store(bot.pk, updates, now=timezone.now())
        assert lanes == {(bot.pk, 7)}
        assert list(Update.objects.order_by("update_id").values_list("update_id", flat=True)) == [5, 6]

    def test_nul_lone_surrogates_and_broken_bytes_are_kept(self, bot: Bot) -> None:
        body = b'{"result":[{"update_id":5,"message":{"text":"a\\u0000b\\ud83dc\xff"}}]}'
        store(bot.pk, read_batch(body).updates, now=timezone.now())
        text = json.loads(Update.objects.get().raw)["message"]["text"]
        assert text == "a\x00b\ud83dc\udcff"

    def test_a_number_that_comes_again_after_a_quiet_week_is_a_new_update(self, bot: Bot) -> None:
        week = timezone.now() - timedelta(days=8)
        store(bot.pk, read_batch(answer(message(5, text="old"))).updates, now=week)
        store(bot.pk, read_batch(answer(message(5, text="new"))).updates, now=timezone.now())
        texts = [json.loads(row.raw)["message"]["text"] for row in Update.objects.order_by("pk")]
        assert texts == ["old", "new"]
        assert Update.objects.get(update_id=5).raw.count("new") == 1

    @pytest.mark.parametrize("hours", [1, 300])
    def test_the_same_update_is_one_however_late_it_comes_again(self, bot: Bot, hours: int) -> None:
        updates = read_batch(answer(message(5))).updates
        store(bot.pk, updates, now=timezone.now() - timedelta(hours=hours))
        store(bot.pk, updates, now=timezone.now())
        assert Update.objects.count() == 1
