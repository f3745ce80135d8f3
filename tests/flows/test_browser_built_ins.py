"""What is built on rules, end to end: automatic answers, working hours, the rating after closing. The client
plays on the simulator's page, staff work in the browser; the bot and the web server are real."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from playwright.sync_api import expect

from rules.models import RuleRun, WorkingHours
from staff.models import User
from staff.roles import Role
from telegram_simulator.client import SimulatedClient
from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_main_flow import SECONDS, say
from tests.processes import Processes, Running
from tickets.models import Inbox, Message, Rating, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_database: str) -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def boss(live_database: str) -> User:
    user = factories.make_user("boss", first_name="Boss")
    user.set_role(Role.ADMINISTRATOR)
    return user


@pytest.fixture
def simulator(processes: Processes) -> Running:
    return processes.simulator()


@pytest.fixture
def desk(processes: Processes, simulator: Running) -> Running:
    """The web server, with the bot beside it."""
    web = processes.web()
    processes.bot(simulator)
    return web


@pytest.fixture
def client(browser: Any, simulator: Running) -> Iterator[Any]:
    """The window of John, who reads English: a chat with the bot on the simulator's page."""
    page = browser.new_context(base_url=simulator.url, locale="en-US").new_page()
    page.set_default_timeout(SECONDS)
    page.goto("/")
    page.locator("#clients > *", has_text="John").click()
    yield page
    page.context.close()


@pytest.fixture
def staff(browser: Any, desk: Running, anna: User) -> Iterator[Any]:
    """Anna's window; she works as an agent."""
    yield from window_without_errors(browser, anna, desk)


@pytest.fixture
def office(browser: Any, desk: Running, boss: User) -> Iterator[Any]:
    """The administrator's window."""
    yield from window_without_errors(browser, boss, desk)


def window_without_errors(browser: Any, user: User, desk: Running) -> Iterator[Any]:
    page = window_of(browser, user, desk.url)
    page.set_default_timeout(SECONDS)
    errors = errors_of(page)
    yield page
    page.context.close()
    assert errors == []


def switch_on(page: Any, name: str, *, says: str) -> None:
    """By the pages: a ready rule is looked at and saved as it is."""
    page.goto("/rules/")
    page.get_by_role("link", name="New rule").click()
    page.locator(".ready-rules a", has_text=name).click()
    expect(page.get_by_label("Name of the rule")).to_have_value(name)
    expect(page.locator("[data-sentence]")).to_contain_text(says)
    expect(page.locator("[data-wrong]")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rule", has_text=name)).to_contain_text(says)


def close_now(page: Any, inbox: Inbox) -> None:
    """Hours on a day that is neither today nor beside it, in whatever time zone; a wrong time first."""
    page.goto("/rules/")
    page.get_by_role("link", name="Working hours", exact=True).click()
    row = page.locator(".people-row", has_text=inbox.name)
    expect(row).to_contain_text("Open now")
    row.click()
    day = str(WEEKDAYS[(timezone.now().weekday() + 3) % 7])
    begins, ends = (page.get_by_label(f"{day}, {end}", exact=False) for end in ("from", "until"))
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Holidays").fill("2026-12-25")
    begins.fill("18:00")
    ends.fill("09:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".hours-day", has=begins).get_by_role("alert")).to_have_text(
        "The end is not after the beginning."
    )
    for field, typed in ((begins, "18:00"), (ends, "09:00")):
        expect(field).to_have_value(typed)
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(page.get_by_label("Holidays")).to_have_value("2026-12-25")
    assert not WorkingHours.objects.exists(), "what is wrong was saved"

    begins.fill("09:00")
    ends.fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Asia/Tokyo")
    expect(row).to_contain_text("Closed now")


def from_bot(client: Any, text: str) -> Any:
    return client.locator('#messages .row[data-from="bot"]', has_text=text)


def test_an_administrator_switches_on_ready_rules_and_hours_and_the_client_is_answered_by_them(
    client: Any, office: Any, simulator: Running
) -> None:
    switch_on(office, "We got it", says="answer the client “Thank you, {{ client.first_name }}!")
    switch_on(office, "Out of hours", says="it is within working hours")
    switch_on(office, "Ask how it was", says="ask for a rating")

    maria = SimulatedClient(simulator.url, first_name="Maria")
    maria.start()
    maria.send_text("Are you there?")
    maria.wait_for(lambda message: message.from_bot and message.text.startswith("Thank you, Maria!"))
    assert Message.objects.filter(direction="out").count() == 1, "“Out of hours” spoke within them"
    maria.close()

    close_now(office, Inbox.objects.get())
    say(client, "Is anybody there?")
    expect(from_bot(client, "Nobody is here now; we answer in the morning.")).to_be_visible(timeout=SECONDS)
    ticket = Ticket.objects.get(client__name="John Smith")
    expect(from_bot(client, f"Thank you, John! Your number is {ticket.pk}.")).to_be_visible(timeout=SECONDS)

    office.goto(f"/tickets/{ticket.pk}/")
    asked, answers = (office.locator(f'.message[data-direction="{way}"]') for way in ("in", "out"))
    expect(answers).to_have_count(2)
    for name, text in (("We got it", "Thank you, John!"), ("Out of hours", "Nobody is here now")):
        answer = answers.filter(has_text=text)
        expect(answer).to_have_attribute("data-delivery", "sent")
        expect(answer.locator(".message-author")).to_have_text(f"Rule “{name}”")

    # Said once in twelve hours; what comes live names its rule too, also when it has changed to "sent".
    office.evaluate("window.same = true")
    say(client, "Hello?")
    expect(asked).to_have_count(2, timeout=SECONDS)
    expect(answers).to_have_count(2)
    RuleRun.objects.all().delete()  # as if twelve hours had passed
    say(client, "Hello??")
    expect(answers).to_have_count(3, timeout=SECONDS)
    expect(answers.last).to_have_attribute("data-delivery", "sent", timeout=SECONDS)
    expect(answers.last.locator(".message-author")).to_have_text("Rule “Out of hours”")
    for answer in answers.all():
        expect(answer.locator(".message-author")).to_be_visible()
    assert office.evaluate("window.same"), "the ticket was reloaded"
    expect(from_bot(client, "Thank you, John!")).to_have_count(1)
    assert Ticket.objects.filter(client=ticket.client_id).count() == 1


def test_a_closed_ticket_is_rated_and_commented_in_the_chat_and_only_another_message_opens_a_ticket(
    client: Any, staff: Any, office: Any, anna: User
) -> None:
    switch_on(office, "Ask how it was", says="ask for a rating")
    staff.goto("/tickets/")
    say(client, "My order has not arrived")
    staff.get_by_text("My order has not arrived").click()
    staff.get_by_role("button", name="Take", exact=True).click()
    expect(staff.locator("#ticket-summary")).to_contain_text("In progress")
    staff.get_by_label("Write a message").fill("It comes tomorrow")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(from_bot(client, "It comes tomorrow")).to_be_visible(timeout=SECONDS)
    expect(client.locator("#messages .keyboard")).to_have_count(0)
    staff.evaluate("window.same = true")
    staff.get_by_role("button", name="Close", exact=True).click()
    expect(staff.locator("#composer-state")).to_have_attribute("data-state", "closed")

    # Asked, and rated by a button: the request says so where it stands.
    request = from_bot(client, "How did we do, John?")
    expect(request.locator(".keyboard button")).to_have_text(
        [f"{n} ⭐" for n in range(1, 6)], timeout=SECONDS
    )
    number, rows = request.get_attribute("data-message-id"), client.locator("#messages .row").count()
    facts = staff.locator("#ticket-facts")
    expect(facts).to_contain_text("Closed")
    expect(facts).not_to_contain_text("Rating")
    request.get_by_role("button", name="4 ⭐").click()
    request = client.locator(f'#messages .row[data-message-id="{number}"]')
    expect(request).to_contain_text("Thank you! Your rating: ★★★★☆", timeout=SECONDS)
    expect(request).not_to_contain_text("How did we do")
    expect(request.locator(".keyboard")).to_have_count(0)
    assert client.locator("#messages .row").count() == rows, "the thanks are a message of their own"

    expect(facts.get_by_role("img", name="4 of 5")).to_have_text("★★★★☆")
    expect(staff.locator('.event[data-kind="ticket_rated"]')).to_have_text(
        re.compile("The client rated the ticket: ★★★★☆")
    )
    first = Ticket.objects.get()
    assert first.is_closed
    office.goto("/people/")
    office.locator(".people-row", has_text="Anna").click()
    expect(office.get_by_text("4.0 (1 rating)")).to_be_visible()

    # A word about it: an answer to the request belongs to the rating.
    request.hover()
    request.locator(".quick-reply").click()
    expect(client.locator("#context")).to_contain_text("Thank you! Your rating")
    say(client, "Quick and kind")
    expect(staff.locator('.message[data-direction="in"]').last).to_contain_text(
        "Quick and kind", timeout=SECONDS
    )
    expect(facts).to_contain_text("“Quick and kind”")
    assert staff.evaluate("window.same"), "the ticket was reloaded"
    assert Ticket.objects.get().is_closed, "a comment opened a ticket"

    # Anything else is a new matter.
    say(client, "One more question")
    expect(staff.get_by_text("One more question")).to_be_visible(timeout=SECONDS)
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert not second.is_closed
    rating = Rating.objects.get()
    assert (rating.ticket, rating.staff, rating.score, rating.comment) == (first, anna, 4, "Quick and kind")
