"""How the bots are: on their page, and as a strip on every page while one is in trouble."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from telegram_bridge import bot_reports, bot_states
from telegram_bridge.models import Bot, Update
from tests.factories import CLAIM, make_bot, make_client, make_message, make_ticket, make_user
from tickets import operations
from tickets.models import Message

pytestmark = pytest.mark.django_db
State = Bot.State


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    bot_states.strip.forget()
    yield
    bot_states.strip.forget()


def well_bot(**fields: Any) -> Bot:
    now = timezone.now()
    values: dict[str, Any] = {"state": State.RUNNING, "seen_at": now, "state_changed_at": now}
    return make_bot(**(values | fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Receives and answers"),
        ({"state": State.STOPPED}, "Not running"),
        ({"seen_at": None}, "Not running"),
        ({"seen_at": timezone.now() - timedelta(minutes=5)}, "Not running"),
        ({"state": State.CONFLICT}, "Another program receives"),
        ({"state": State.UNAUTHORIZED, "state_error": "401 Unauthorized"}, "refuses the token"),
        ({"state": State.UNREACHABLE}, "tried again by itself"),
        ({"state": State.STARTING}, "Is starting"),
    ],
)
def test_each_state_is_said_in_words(client: Client, fields: dict[str, object], words: str) -> None:
    bot = well_bot(**fields)
    client.force_login(make_user())
    page = client.get("/bots/").content.decode()
    assert words in page
    assert bot.inbox.name in page
    is_well = bot.state in {State.RUNNING, State.STARTING} and words != "Not running"
    assert ("needs attention" in page) is not is_well


def test_a_start_that_takes_too_long_is_trouble() -> None:
    bot = well_bot(state=State.STARTING, state_changed_at=timezone.now() - timedelta(minutes=5))
    assert not bot_states.is_well(bot, timezone.now())


def test_what_waits_and_what_failed_is_counted_for_each_bot(client: Client) -> None:
    bot, other, anna = well_bot(), well_bot(), make_user("anna")
    for number, state in enumerate(["stored", "stored", "failed", "done"]):
        Update.objects.create(bot=bot, update_id=number, raw="{}", state=state, stored_at=timezone.now())
    ticket = make_ticket(client=make_client(inbox=bot.inbox), assignee=anna, status=2)
    make_message(ticket, author=anna)
    lost = make_message(ticket, author=anna)
    operations.begin_delivery(lost.pk, claim=CLAIM)
    operations.settle_delivery(
        lost.pk, claim=CLAIM, delivery=Message.Delivery.UNKNOWN, error={"code": "no_answer"}
    )
    first, second = sorted(bot_reports.reports(timezone.now()), key=lambda report: report.bot.pk)
    assert (first.waiting_updates, first.failed_updates) == (2, 1)
    assert (first.queued, first.failed, first.unknown) == (1, 0, 1)
    assert second.bot == other
    assert (second.waiting_updates, second.failed_updates, second.outgoing) == (0, 0, {})


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_costs_the_same_however_many_bots_there_are(
    client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        well_bot()
    client.force_login(make_user())
    client.get("/bots/")
    with django_assert_max_num_queries(6):
        page = client.get("/bots/").content.decode()
    assert page.count('data-state="well"') == count


def test_the_part_that_refreshes_is_only_that_part(client: Client) -> None:
    well_bot()
    client.force_login(make_user())
    part = client.get("/bots/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="bots"')
    assert "HX-Request" in part["Vary"]


def test_the_strip_asks_the_database_once_in_a_while_not_on_each_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    well_bot(state=State.UNAUTHORIZED, username="sad_bot")
    client.force_login(make_user())
    assert "@sad_bot" in client.get("/profile/").content.decode()
    with django_assert_num_queries(2):  # the session and its user
        assert "@sad_bot" in client.get("/profile/").content.decode()


def test_without_bots_the_page_says_how_to_get_one(client: Client) -> None:
    client.force_login(make_user())
    assert "@BotFather" in client.get("/bots/").content.decode()


def test_the_health_check_names_the_bot_that_shows_no_sign_of_life() -> None:
    well = well_bot()
    call_command("check_bots")
    Bot.objects.filter(pk=well.pk).update(seen_at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(CommandError, match=f"No sign of life: {well}"):
        call_command("check_bots")
