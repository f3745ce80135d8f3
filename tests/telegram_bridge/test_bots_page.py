"""How the bots are: on their page, and as a strip on every page while one is in trouble."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
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
        ({"state": State.SWITCHING}, "Is switching how it receives"),
        ({"state": State.NO_WEBHOOK, "state_error": "Set PUBLIC_URL"}, "take the webhook"),
        ({"state": State.STOPPED, "is_enabled": False}, "Receiving is stopped"),
    ],
)
def test_each_state_is_said_in_words(client: Client, fields: dict[str, object], words: str) -> None:
    bot = well_bot(**fields)
    client.force_login(make_user())
    page = client.get("/bots/").content.decode()
    assert words in page
    assert bot.inbox.name in page
    is_well = bot.state in {State.RUNNING, State.STARTING, State.SWITCHING} or not bot.is_enabled
    assert ("needs attention" in page) is not (is_well and words != "Not running")
    assert bot.state_error in page


@pytest.mark.parametrize("state", [State.STARTING, State.SWITCHING])
def test_a_start_that_takes_too_long_is_trouble(state: Bot.State) -> None:
    bot = well_bot(state=state, state_changed_at=timezone.now() - timedelta(minutes=5))
    assert not bot_states.is_well(bot, timezone.now())


def waits_since(bot: Bot, **ago: float) -> None:
    stored_at = timezone.now() - timedelta(**ago)
    Update.objects.create(bot=bot, update_id=int(stored_at.timestamp()), raw="{}", stored_at=stored_at)


def asked(**info: Any) -> dict[str, Any]:
    """A webhook bot, as Telegram was asked about it just now."""
    return {"mode": "webhook", "webhook_checked_at": timezone.now(), "webhook_info": info}


def failed(**ago: float) -> int:
    return int((timezone.now() - timedelta(**ago)).timestamp())


NO_ANSWER = "Wrong response from the webhook: 502 Bad Gateway"


class TestBacklog:
    """A bot that receives, and yet messages don't appear."""

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            (asked(pending_update_count=3), ""),
            (asked(pending_update_count=3, last_error_date=failed(hours=2)), ""),
            (asked(last_error_date=failed(minutes=1), last_error_message=NO_ANSWER), ""),
            (
                asked(
                    pending_update_count=3, last_error_date=failed(minutes=1), last_error_message=NO_ANSWER
                ),
                "Telegram can&#x27;t deliver messages to this server;",
            ),
            (asked(pending_update_count=9, pending_before=8), ""),
            (asked(pending_update_count=30, pending_before=30), ""),
            (asked(pending_update_count=31, pending_before=30), "wait at Telegram: 31 by now"),
            (
                asked(pending_update_count=31, pending_before=30) | {"mode": "polling"},
                "wait at Telegram: 31 by now",
            ),
            (
                asked(pending_update_count=31, pending_before=30)
                | {"webhook_checked_at": timezone.now() - timedelta(minutes=10)},
                "",
            ),
        ],
    )
    def test_what_piles_up_at_telegram_is_an_alarm(
        self, client: Client, fields: dict[str, Any], words: str
    ) -> None:
        well_bot(**fields)
        client.force_login(make_user())
        page = client.get("/bots/").content.decode()
        assert words in page
        assert ("needs attention" in page) is bool(words)

    @pytest.mark.parametrize(("seconds", "alarm"), [(30, False), (200, True)])
    def test_what_came_in_and_is_not_applied_is_an_alarm_on_every_page(
        self, client: Client, *, seconds: int, alarm: bool
    ) -> None:
        waits_since(well_bot(username="slow_bot"), seconds=seconds)
        well_bot(username="quick_bot")
        client.force_login(make_user())
        page = client.get("/profile/").content.decode()
        assert ("The bot @slow_bot needs attention" in page) is alarm
        assert "@quick_bot" not in page
        words = "the oldest has waited for 3 minutes"
        assert (words in client.get("/bots/").content.decode()) is alarm

    def test_what_failed_or_is_done_waits_for_nobody(self) -> None:
        bot = well_bot()
        waits_since(bot, hours=2)
        for state in ("done", "failed", "skipped"):
            Update.objects.update(state=state)
            bot_states.strip.forget()
            assert bot_states.strip.bots() == []

    def test_it_is_found_by_its_small_index_however_much_was_received(self) -> None:
        bot = well_bot()
        Update.objects.bulk_create(
            Update(bot=bot, update_id=number, raw="{}", state="done", stored_at=timezone.now())
            for number in range(3000)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE telegram_bridge_update")
            cursor.execute(f"EXPLAIN {bot_states.WITH_OLDEST}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "update_waiting" in plan


class TestWhatElseACardSays:
    def page(self, client: Client, **user: Any) -> str:
        client.force_login(make_user(**user))
        return client.get("/bots/").content.decode()

    def test_telegrams_wait_counts_down(self, client: Client) -> None:
        until = timezone.now() + timedelta(seconds=90)
        well_bot(paused_until=until)
        page = self.page(client)
        assert "Telegram asked this bot to wait." in page
        (iso,) = re.findall(r'data-countdown="([^"]+)"', page)
        assert abs(datetime.fromisoformat(iso) - until) < timedelta(seconds=1)

    def test_a_wait_that_is_over_is_no_news(self, client: Client) -> None:
        well_bot(paused_until=timezone.now() - timedelta(seconds=1))
        assert "data-countdown" not in self.page(client)

    @pytest.mark.parametrize(("hours", "shown"), [(1, True), (30, False)])
    def test_a_webhook_that_was_put_right_is_told_of_for_a_day(
        self, client: Client, *, hours: int, shown: bool
    ) -> None:
        at = (timezone.now() - timedelta(hours=hours)).isoformat()
        well_bot(webhook_info={"repair": {"at": at, "found": "https://elsewhere.example/"}})
        assert ("https://elsewhere.example/" in self.page(client)) is shown

    def test_the_last_errors_are_said(self, client: Client) -> None:
        bot = well_bot(**asked(last_error_date=failed(hours=3), last_error_message=NO_ANSWER))
        Update.objects.create(
            bot=bot, update_id=1, raw="{}", state="failed", error="KeyError: 'date'", stored_at=timezone.now()
        )
        anna = make_user("anna")
        ticket = make_ticket(client=make_client(inbox=bot.inbox), assignee=anna, status=2)
        lost = make_message(ticket, author=anna)
        operations.begin_delivery(lost.pk, claim=CLAIM)
        operations.settle_delivery(
            lost.pk, claim=CLAIM, delivery=Message.Delivery.FAILED, error={"code": "blocked"}
        )
        page = self.page(client)
        assert NO_ANSWER in page
        assert "KeyError: &#x27;date&#x27;" in page
        assert "The client has blocked the bot." in page
        assert f'href="/tickets/{ticket.pk}/"' in page

    def test_waits_that_telegram_asked_for_are_counted_apart(self) -> None:
        bot, anna = well_bot(), make_user("anna")
        ticket = make_ticket(client=make_client(inbox=bot.inbox), assignee=anna, status=2)
        make_message(ticket, author=anna)
        limited = make_message(ticket, author=anna)
        Message.objects.filter(pk=limited.pk).update(delivery_error={"code": "rate_limited"})
        (report,) = bot_reports.reports(timezone.now())
        assert (report.queued, report.limited) == (1, 1)

    def test_what_is_not_handled_is_counted_and_leads_administrators_to_it(self, client: Client) -> None:
        bot = well_bot()
        Update.objects.create(bot=bot, update_id=1, raw="{}", state="skipped", stored_at=timezone.now())
        link = f"/admin/telegram_bridge/update/?state__exact=skipped&amp;bot__id__exact={bot.pk}"
        assert link in self.page(client, is_staff=True, is_superuser=True)
        assert link not in self.page(client)

    def test_while_a_bot_starts_or_switches_the_page_looks_more_often(self, client: Client) -> None:
        well_bot()
        assert 'hx-trigger="every 10s"' in self.page(client)
        well_bot(state=State.SWITCHING)
        assert 'hx-trigger="every 2s"' in self.page(client)


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
    with django_assert_max_num_queries(9):
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
    with django_assert_num_queries(5):  # the session, its user, and the navigation
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


def test_a_bot_that_was_stopped_on_purpose_is_healthy_while_its_process_lives() -> None:
    bot = well_bot(state=State.STOPPED, is_enabled=False)
    call_command("check_bots")
    Bot.objects.filter(pk=bot.pk).update(seen_at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(CommandError, match="No sign of life"):
        call_command("check_bots")


def test_what_the_bots_process_wrote_down_is_shown_in_the_readers_language(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telegram_bridge import receiving_words

    well_bot(state=State.CONFLICT, state_error=receiving_words.ANOTHER_RECEIVER)
    monkeypatch.setattr(bot_reports, "gettext", lambda said: f"in other words: {said}")
    client.force_login(make_user())
    assert f"in other words: {receiving_words.ANOTHER_RECEIVER}" in client.get("/bots/").content.decode()
