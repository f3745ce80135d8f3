"""The bots' rows: one per bot, whatever token it has."""

import pytest
from pytest_django.fixtures import Settings

from telegram_bridge import bots
from telegram_bridge.models import Bot
from tests.factories import make_client
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


def test_a_new_token_of_a_known_bot_replaces_the_old_one_in_place() -> None:
    bot = bots.ensure_bot("77:AAA")
    client = make_client(inbox=bot.inbox)
    again = bots.ensure_bot("77:BBB")
    assert (again.pk, again.token, Bot.objects.count()) == (bot.pk, "77:BBB", 1)
    assert client.inbox == again.inbox


def test_another_bot_gets_an_inbox_of_its_own() -> None:
    assert bots.ensure_bot("77:AAA").inbox != bots.ensure_bot("78:AAA").inbox


def test_the_token_is_not_readable_in_the_database_nor_under_another_key(
    settings: Settings,
) -> None:
    bot = bots.ensure_bot("77:secret-part")
    assert "secret" not in bot.encrypted_token
    settings.SECRET_KEY = "another-" + "y" * 40
    assert bots.readable_token(bot) is None
    assert bots.ensure_bot("77:secret-part").token == "77:secret-part"


@pytest.mark.parametrize("token", ["x", "77", "77:", ":AAA", "77:AA A", "https://t.me/x"])
def test_what_is_no_token_is_refused_by_its_settings_name(token: str) -> None:
    with pytest.raises(bots.WrongToken, match="TELEGRAM_BOT_TOKEN"):
        bots.ensure_bot(token)


def test_the_inbox_takes_the_bots_name_until_somebody_names_it() -> None:
    bot = bots.ensure_bot("77:AAA")
    bots.introduce(bot.pk, {"id": 77, "username": "desk_bot", "first_name": "Desk"})
    assert str(Bot.objects.get()) == "@desk_bot"
    assert Inbox.objects.get().name == "Desk"
    Inbox.objects.update(name="Sales")
    bots.introduce(bot.pk, {"id": 77, "username": "desk_bot", "first_name": "Other"})
    assert Inbox.objects.get().name == "Sales"
