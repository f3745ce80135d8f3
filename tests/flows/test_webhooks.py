"""Receiving by a webhook with the real processes: Telegram posts to the web, the bot's process ingests."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.test import Client as Browser
from pytest_django.fixtures import Settings

from telegram_bridge.models import Bot, Update
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator, running_simulator
from tests.factories import PASSWORD, make_user
from tests.processes import Processes, Running
from tickets import operations
from tickets.content import Content
from tickets.models import Client, Message, Ticket

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.crash

SECOND_TOKEN = "1000002:SECOND-BOT-OF-THE-TESTS"
NEW_TOKEN = "1000001:A-NEW-TOKEN-OF-THE-FIRST-BOT"


def until(true: Callable[[], Any], *, seconds: float = 60) -> Any:
    """What `true` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return result


class Desk:
    """The web and the bot's process, an administrator, and Telegram."""

    def __init__(self, processes: Processes, simulator: RunningSimulator, settings: Settings) -> None:
        self.simulator = simulator
        self.web = processes.web(start=False, TELEGRAM_API_URL=simulator.url)
        self.web.child.env["PUBLIC_URL"] = self.web.url
        self.web.start()
        settings.PUBLIC_URL = self.web.url
        self.process: Running = processes.bot(
            PUBLIC_URL=self.web.url, TELEGRAM_API_URL=simulator.url, TELEGRAM_BOT_TOKEN=simulator.token
        )
        self.browser = Browser()
        self.browser.force_login(make_user("boss", is_staff=True, is_superuser=True))
        self.bot = Bot.objects.get()
        self.is_running()

    def is_running(self, bot: Bot | None = None) -> None:
        bot = bot or self.bot
        until(lambda: Bot.objects.get(pk=bot.pk).state == "running")

    def switch(self, mode: str) -> None:
        """By the page; returns when the bot's process has done it."""
        self.browser.post(f"/bots/{self.bot.pk}/mode/", {"mode": mode})
        until(lambda: self.url_at_telegram() == (self.address if mode == "webhook" else ""))
        self.is_running()

    @property
    def address(self) -> str:
        return f"{self.web.url}/telegram/webhook/{self.bot.telegram_id}/"

    def url_at_telegram(self) -> str:
        answer = self.simulator.http.get(f"/bot{self.bot.token}/getWebhookInfo")
        return str(answer.json()["result"]["url"])


@pytest.fixture
def simulator(settings: Settings) -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        settings.TELEGRAM_API_URL = running.url
        yield running


@pytest.fixture
def desk(processes: Processes, simulator: RunningSimulator, settings: Settings) -> Desk:
    return Desk(processes, simulator, settings)


def texts_of(person: SimulatedClient) -> list[str]:
    messages = Message.objects.filter(ticket__client__external_id=person.id, direction="in")
    return [message.text for message in messages.order_by("ticket_id", "seq")]


def test_a_conversation_by_webhook(desk: Desk, simulator: RunningSimulator) -> None:
    desk.switch("webhook")
    simulator.clear_calls()
    person = simulator.client()
    for number in range(5):
        person.send_text(f"{number}")
    until(lambda: texts_of(person) == list("01234"))
    ticket = operations.take(Ticket.objects.get(), staff=make_user("anna"))
    assert ticket.assignee is not None
    operations.reply(ticket, staff=ticket.assignee, content=Content(text="by the same bot"))
    person.wait_for("by the same bot")
    assert simulator.calls("getUpdates") == []
    assert set(Update.objects.values_list("state", flat=True)) == {"done"}


def test_switched_back_and_forth_under_traffic_nothing_is_lost_and_nothing_doubled(
    desk: Desk, simulator: RunningSimulator
) -> None:
    people = [simulator.client() for _ in range(5)]
    stop = threading.Event()
    sent: dict[int, int] = {}

    def write(person: SimulatedClient) -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            person.send_text(f"{number}")
            sent[person.id] = number + 1
            time.sleep(0.02)

    writers = [threading.Thread(target=write, args=[person]) for person in people]
    for writer in writers:
        writer.start()
    try:
        for mode in ("webhook", "polling", "webhook", "polling", "webhook"):
            desk.switch(mode)
            time.sleep(0.3)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    total = sum(sent.values())
    assert total > 100
    until(lambda: Message.objects.filter(direction="in").count() >= total)
    for person in people:
        assert texts_of(person) == [f"{number}" for number in range(sent[person.id])]
    assert Update.objects.filter(state="done").count() == total
    assert Update.objects.exclude(state="done").count() == 0
    assert Ticket.objects.count() == len(people)
    assert simulator.calls("getUpdates")
    dropped = {
        str(call["parameters"]["drop_pending_updates"])
        for method in ("setWebhook", "deleteWebhook")
        for call in simulator.calls(method)
    }
    assert dropped == {"false"}


def test_while_the_web_is_away_telegram_keeps_what_comes_and_brings_it_later(
    desk: Desk, simulator: RunningSimulator
) -> None:
    desk.switch("webhook")
    desk.web.kill()
    person = simulator.client()
    for number in range(3):
        person.send_text(f"{number}")
    desk.web.start()
    until(lambda: texts_of(person) == list("012"))


def test_what_waits_while_receiving_is_stopped_comes_when_it_goes_on(
    desk: Desk, simulator: RunningSimulator
) -> None:
    person = simulator.client()
    for mode, number in (("polling", 0), ("webhook", 1)):
        desk.switch(mode)
        desk.browser.post(f"/bots/{desk.bot.pk}/receiving/", {"enabled": "0"})
        until(lambda: Bot.objects.get().state == "stopped")
        assert desk.url_at_telegram() == ""
        person.send_text(f"{number}")
        time.sleep(1.5)
        assert texts_of(person) == [f"{each}" for each in range(number)]
        desk.browser.post(f"/bots/{desk.bot.pk}/receiving/", {"enabled": "1"})
        until(lambda: len(texts_of(person)) > number)  # noqa: B023  (called at once)
        assert texts_of(person) == [f"{each}" for each in range(number + 1)]


def test_a_token_replaced_while_everything_runs_loses_nothing(
    desk: Desk, simulator: RunningSimulator
) -> None:
    person = simulator.client()
    person.send_text("before")
    ticket = operations.take(until(Ticket.objects.first), staff=make_user("anna"))
    simulator.add_bot(NEW_TOKEN)  # the old one is refused from now on
    person.send_text("between")
    until(lambda: Bot.objects.get().state == "unauthorized")
    answer = desk.browser.post(f"/bots/{desk.bot.pk}/token/", {"token": NEW_TOKEN}, follow=True)
    page = answer.content.decode()
    assert "The token was replaced." in page
    assert NEW_TOKEN.partition(":")[2] not in page
    until(lambda: texts_of(person) == ["before", "between"])
    assert ticket.assignee is not None
    operations.reply(ticket, staff=ticket.assignee, content=Content(text="with the new token"))
    person.wait_for("with the new token")
    assert (Bot.objects.get().token, Ticket.objects.count()) == (NEW_TOKEN, 1)
    # The setting still says the old one: the next start must not put it back.
    desk.process.stop()
    desk.process.start()
    desk.is_running()
    assert Bot.objects.get().token == NEW_TOKEN


def test_one_person_writing_to_two_bots_is_two_clients_and_each_bot_answers_its_own(
    desk: Desk, simulator: RunningSimulator
) -> None:
    simulator.add_bot(SECOND_TOKEN, first_name="Sales", username="sales_bot")
    page = desk.browser.post("/bots/add/", {"token": SECOND_TOKEN}, follow=True).content.decode()
    assert "@sales_bot is here." in page
    second = Bot.objects.get(telegram_id=1000002)
    assert (second.inbox.name, second.name, second.username) == ("Sales", "Sales", "sales_bot")
    desk.is_running(second)
    desk.switch("webhook")  # the first one; the second goes on polling

    first_chat = simulator.client(first_name="Anna")
    second_chat = simulator.client(first_chat.id, "Anna", bot=1000002)
    for number in range(3):
        assert (
            first_chat.send_text(f"help {number}")["message_id"]
            == second_chat.send_text(f"buy {number}")["message_id"]
        )
    until(lambda: Message.objects.filter(direction="in").count() == 6)
    helped, bought = Client.objects.order_by("inbox__bot__telegram_id")
    assert (helped.external_id, bought.external_id) == (first_chat.id, first_chat.id)
    for client, word in ((helped, "help"), (bought, "buy")):
        messages = Message.objects.filter(ticket__client=client).order_by("seq")
        assert [message.text for message in messages] == [f"{word} {number}" for number in range(3)]
        ticket = operations.take(Ticket.objects.get(client=client), staff=make_user())
        assert ticket.assignee is not None
        answer = Content(text=f"you {word}")
        operations.reply(ticket, staff=ticket.assignee, content=answer, reply_to=messages[1].pk)
    for chat, word in ((first_chat, "help"), (second_chat, "buy")):
        seen = chat.wait_for(f"you {word}")
        assert [message.text for message in chat.from_bot()] == [f"you {word}"]
        target = next(message for message in chat.messages() if message.id == seen.reply_to)
        assert target.text == f"{word} 1"


def test_the_real_server_takes_telegrams_requests_and_refuses_everybody_elses(
    desk: Desk, simulator: RunningSimulator
) -> None:
    desk.switch("webhook")
    secret = Bot.objects.get().webhook_secret

    def post(body: Any, said: str = secret, **headers: str) -> httpx.Response:
        headers = {"X-Telegram-Bot-Api-Secret-Token": said, **headers}
        return httpx.post(desk.address, content=body, headers=headers, timeout=30)

    def update(number: int, size: int = 0) -> bytes:
        text = {"message_id": number, "chat": {"id": 7}, "text": "x" * size}
        return json.dumps({"update_id": number, "message": text}).encode()

    taken = post(update(700_001))
    assert (taken.status_code, taken.content, taken.headers.get("set-cookie")) == (200, b"", None)
    # Whoever it claims to come from: the address says nothing.
    assert post(update(700_002), **{"X-Forwarded-For": "203.0.113.7"}).status_code == 200
    assert post(update(700_003), said="wrong").status_code == 403
    assert post(update(700_004, 900_000)).status_code == 200
    assert post(update(700_005, 1_100_000)).status_code == 413
    assert post(iter([update(700_006)])).status_code in {200, 411}  # of unknown length
    assert post(b"{").status_code == 200
    assert httpx.get(desk.address).status_code == 405
    numbers = Update.objects.filter(update_id__gte=700_001).values_list("update_id", flat=True)
    assert set(numbers) - {700_006} == {700_001, 700_002, 700_004}
    assert Update.objects.filter(update_id__lt=0, state="failed").count() == 1
    assert "Traceback" not in desk.web.output


def test_deliveries_that_come_twice_are_applied_once(desk: Desk, simulator: RunningSimulator) -> None:
    desk.switch("webhook")
    person = simulator.client()
    for number in range(5):
        person.send_text(f"{number}")
    until(lambda: texts_of(person) == list("01234"))
    secret = Bot.objects.get().webhook_secret
    raws = list(Update.objects.order_by("pk").values_list("raw", flat=True))
    for raw in reversed(raws):  # what came before arrives again, out of order
        answer = httpx.post(
            desk.address, content=raw, headers={"X-Telegram-Bot-Api-Secret-Token": secret}, timeout=30
        )
        assert answer.status_code == 200
    person.send_text("5")
    until(lambda: texts_of(person) == list("012345"))
    assert Update.objects.count() == 6


@pytest.mark.browser
def test_a_bot_added_and_switched_in_the_browser_shows_by_itself_how_it_is(
    desk: Desk, simulator: RunningSimulator, page: "Page"
) -> None:
    from playwright.sync_api import expect

    simulator.add_bot(SECOND_TOKEN, first_name="Sales", username="sales_bot")
    make_user("admin", is_staff=True, is_superuser=True)
    page.goto(f"{desk.web.url}/bots/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Add a bot").click()
    page.get_by_label("Token").fill(SECOND_TOKEN)
    page.get_by_role("button", name="Add", exact=True).click()
    card = page.locator("section.bot", has_text="@sales_bot")
    expect(card.get_by_text("Running", exact=True)).to_be_visible()
    card.get_by_role("link", name="Set up @sales_bot").click()
    page.get_by_role("button", name="Webhook").click()
    expect(page.locator('section.bot[data-mode="webhook"][data-state="well"]')).to_be_visible()
    expect(page.get_by_role("button", name="Webhook")).to_have_attribute("aria-current", "true")
    page.get_by_label("New token").fill("half a token")
    # The part that refreshes leaves what is being typed alone.
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers, timeout=30_000):
        pass
    expect(page.get_by_label("New token")).to_have_value("half a token")


def test_a_process_without_bots_waits_for_the_first_one(
    processes: Processes, simulator: RunningSimulator
) -> None:
    process = processes.bot(TELEGRAM_API_URL=simulator.url, TELEGRAM_BOT_TOKEN="")
    assert "There is no bot yet" in process.output
    browser = Browser()
    browser.force_login(make_user("boss", is_staff=True, is_superuser=True))
    browser.post("/bots/add/", {"token": simulator.token})
    person = simulator.client()
    person.send_text("first")
    until(lambda: texts_of(person) == ["first"])
