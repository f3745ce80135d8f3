"""The webhook at Telegram: set, looked at, put right when somebody changed it, and why it can't be set."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from pytest_django.fixtures import Settings

from telegram_bridge import backing_off, bots, webhooks
from telegram_bridge.models import Bot
from telegram_bridge.public_address import why_no_webhook
from telegram_bridge.receiving import ALLOWED_UPDATES
from telegram_bridge.webhooks import PollingCheck, Resting, WebhookReceiver
from telegram_simulator.testing import RunningSimulator
from tests.telegram_bridge.conftest import Run

SECRET = "a-secret-of-the-tests"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every few milliseconds instead of every minute."""
    monkeypatch.setattr(webhooks, "CHECK_SECONDS", 0.05)
    next_pause = backing_off.BackOff.next
    monkeypatch.setattr(backing_off.BackOff, "next", lambda self: next_pause(self) / 50)


@pytest.fixture
def bot(bot: Bot, settings: Settings) -> Bot:
    settings.PUBLIC_URL = "https://testserver"
    bot.mode, bot.webhook_secret = Bot.Mode.WEBHOOK, SECRET
    bot.save()
    return bot


class Office:
    """What a receiver reports to, and the bot as others change it at Telegram."""

    def __init__(self, bot: Bot, simulator: RunningSimulator) -> None:
        self.bot = bot
        self.states: list[tuple[str, str]] = []
        self.kept: list[tuple[Mapping[str, Any], str | None]] = []
        self._url = f"{simulator.url}/bot{simulator.token}"
        self.address = f"https://testserver/telegram/webhook/{bot.telegram_id}/"

    async def report(self, state: Bot.State, words: str) -> None:
        self.states.append((str(state), words))

    async def introduce(self, user: dict[str, Any]) -> None:
        assert user["id"] == self.bot.telegram_id

    async def keep(self, info: Mapping[str, Any], found: str | None = None) -> None:
        self.kept.append((info, found))

    @property
    def found(self) -> list[str]:
        return [found for _info, found in self.kept if found is not None]

    @property
    def all(self) -> dict[str, Any]:
        return {"report": self.report, "introduce": self.introduce, "keep_info": self.keep}

    def at_telegram(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.post(f"{self._url}/getWebhookInfo").json()["result"]
        return found

    def somebody(self, method: str, **parameters: Any) -> None:
        assert httpx.post(f"{self._url}/{method}", json=parameters).json()["ok"]

    async def until(self, receiver: Any, *steps: Callable[[], Any]) -> None:
        """Receives while one step after the other comes true; between them the test changes things."""
        task = asyncio.create_task(receiver.run())
        try:
            async with asyncio.timeout(30):
                for step in steps:
                    while not await asyncio.to_thread(step):
                        assert not task.done(), task.result()
                        await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_it_is_set_with_its_secret_for_everything_and_drops_nothing(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    office = Office(bot, simulator)
    run(office.until(WebhookReceiver(bot, **office.all), lambda: office.kept))
    (call,) = simulator.calls("setWebhook")
    asked = call["parameters"]
    assert (asked["url"], asked["secret_token"]) == (office.address, SECRET)
    assert str(asked["drop_pending_updates"]) == "false"
    info = office.at_telegram()
    assert info["url"] == office.address
    assert info["allowed_updates"] == json.loads(ALLOWED_UPDATES)
    assert info["max_connections"] == webhooks.MOST_CONNECTIONS
    assert office.states == [("running", "")]


@pytest.mark.parametrize(
    ("method", "parameters", "found"),
    [
        ("deleteWebhook", {}, ""),
        ("setWebhook", {"url": "https://elsewhere.example/"}, "https://elsewhere.example/"),
        ("setWebhook", {"url": "", "drop_pending_updates": False}, ""),
    ],
)
def test_what_somebody_else_sets_is_put_right_at_the_next_look(
    bot: Bot,
    simulator: RunningSimulator,
    run: Run,
    *,
    method: str,
    parameters: dict[str, Any],
    found: str,
) -> None:
    office = Office(bot, simulator)

    def change() -> bool:
        office.somebody(method, **parameters)
        return True

    run(
        office.until(
            WebhookReceiver(bot, **office.all), lambda: len(office.kept) > 1, change, lambda: office.found
        )
    )
    assert office.at_telegram()["url"] == office.address
    assert office.found == [found]
    assert office.states == [("running", "")]


def test_kinds_of_updates_that_somebody_left_out_are_asked_for_again(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    office = Office(bot, simulator)

    def change() -> bool:
        office.somebody("setWebhook", url=office.address, secret_token=SECRET, allowed_updates=["message"])
        return True

    run(office.until(WebhookReceiver(bot, **office.all), lambda: office.kept, change, lambda: office.found))
    assert office.at_telegram()["allowed_updates"] == json.loads(ALLOWED_UPDATES)


def test_another_secret_shows_by_our_own_403_and_is_replaced_once_an_hour_at_most(
    bot: Bot, simulator: RunningSimulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(bot, simulator)
    receiver = WebhookReceiver(bot, **office.all)
    info = {"url": office.address, "allowed_updates": ["message"]}
    receiver._agreed = webhooks._essence(info)
    refused = info | {"last_error_message": "Wrong response from the webhook: 403 Forbidden"}
    monkeypatch.setattr(time, "time", lambda: 10_000.0)
    receiver._set_at = 9_000.0
    assert receiver._found(refused | {"last_error_date": 8_999}) is None
    assert receiver._found(refused | {"last_error_date": 9_500}) == office.address
    assert receiver._found(refused | {"last_error_date": 9_990}) is None
    assert receiver._found(info | {"last_error_message": "502", "last_error_date": 9_990}) is None


@pytest.mark.parametrize(
    ("public_url", "words"),
    [("", "PUBLIC_URL"), ("http://elsewhere.example", "ALLOWED_HOSTS"), ("testserver", "no address")],
)
def test_without_a_public_address_the_state_says_why(
    *, bot: Bot, simulator: RunningSimulator, run: Run, settings: Settings, public_url: str, words: str
) -> None:
    settings.PUBLIC_URL = public_url
    office = Office(bot, simulator)
    run(office.until(WebhookReceiver(bot, **office.all), lambda: office.states))
    assert office.states[0][0] == "no_webhook"
    assert words in office.states[0][1]
    assert simulator.calls("setWebhook") == []


def test_what_telegram_does_not_take_is_said_in_its_words_and_tried_again(
    bot: Bot, simulator: RunningSimulator, run: Run, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://testserver"
    office = Office(bot, simulator)

    def repaired() -> bool:
        settings.PUBLIC_URL = "https://testserver"
        return True

    receiver = WebhookReceiver(bot, **office.all)
    run(office.until(receiver, lambda: len(simulator.calls("setWebhook")) > 1, repaired))
    state, words = office.states[0]
    assert state == "no_webhook"
    assert "HTTPS URL must be provided" in words
    assert len(office.states) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://desk.example.com", ""),
        ("https://desk.example.com:8443", ""),
        ("http://desk.example.com", "needs https"),
        ("https://desk.example.com:8000", "443, 80, 88 and 8443"),
        ("https://other.example.com", "ALLOWED_HOSTS"),
        ("https://desk.example.com/helpdesk", "no address"),
        ("https://[", "no address"),
        ("", "Set PUBLIC_URL"),
    ],
)
def test_an_address_that_the_real_telegram_can_not_reach_is_refused_here(
    settings: Settings, url: str, words: str
) -> None:
    settings.PUBLIC_URL = url
    settings.ALLOWED_HOSTS = ["desk.example.com"]
    settings.TELEGRAM_API_URL = "https://api.telegram.org"
    said = why_no_webhook()
    assert bool(said) == bool(words)
    assert words in said


def test_a_bot_that_rests_takes_our_webhook_down_and_leaves_somebody_elses(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    office = Office(bot, simulator)
    office.somebody("setWebhook", url=office.address)
    run(office.until(Resting(bot, **office.all), lambda: office.states))
    assert (office.at_telegram()["url"], office.states) == ("", [("stopped", "")])
    office.somebody("setWebhook", url="https://elsewhere.example/")
    office.kept.clear()
    run(office.until(Resting(bot, **office.all), lambda: len(office.kept) > 1))
    assert office.at_telegram()["url"] == "https://elsewhere.example/"


def test_beside_a_poller_a_webhook_that_appears_is_removed_and_told_of(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    office = Office(bot, simulator)
    office.somebody("setWebhook", url="https://elsewhere.example/")
    simulator.client().send_text("kept")
    run(office.until(PollingCheck(bot, keep_info=office.keep), lambda: len(office.kept) > 1))
    assert (office.at_telegram()["url"], office.found) == ("", ["https://elsewhere.example/"])
    assert office.kept[-1][0]["pending_update_count"] == 1


def test_what_telegram_says_of_the_webhook_is_kept_with_what_was_put_right(bot: Bot) -> None:
    said = {"url": "https://a.example/\x00", "pending_update_count": 7, "has_custom_certificate": False}
    bots.keep_webhook_info(bot.pk, said, "https://evil.example/")
    bots.keep_webhook_info(bot.pk, said | {"pending_update_count": 9})
    bot.refresh_from_db()
    info = bot.webhook_info
    assert (info["pending_update_count"], info["pending_before"]) == (9, 7)
    assert info["repair"]["found"] == "https://evil.example/"
    assert bot.webhook_checked_at is not None
