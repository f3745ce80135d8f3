"""Many tickets in the browser: chosen by mouse and by key, changed by the worker, undone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from staff.models import User
from tests.factories import make_client, make_message, make_ticket, make_user
from tests.flows.staff_browser import errors_of, window_of
from tickets.models import Status, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tickets(live_database: Any) -> list[Ticket]:
    """The newest first, as the list shows them."""
    closed = make_ticket(client=make_client(name="Zoe"), text="over", status=Status.CLOSED_ID)
    rest = [make_ticket(client=make_client(name=f"Client {n}"), text=f"Hello {n}") for n in range(5)]
    return [*reversed(rest), closed]


def box(page: Any, ticket: Ticket) -> Any:
    return page.locator(f'[data-pick][value="{ticket.pk}"]')


def test_chosen_by_mouse_changed_and_undone(
    browser: Any, processes: Any, live_database: Any, tickets: list[Ticket]
) -> None:
    anna = make_user("anna", first_name="Anna")
    server = processes.web()
    processes.bot()
    page = window_of(browser, anna, server.url, viewport={"width": 1440, "height": 900})
    errors = errors_of(page)
    page.goto("/tickets/")
    page.locator(f"#ticket-{tickets[0].pk}").hover(position={"x": 28, "y": 28}, force=True)
    box(page, tickets[0]).check()
    box(page, tickets[5]).click(modifiers=["Shift"])
    number = page.locator(".bulk-number")
    expect(number).to_contain_text("6 chosen")

    # What comes in meanwhile draws the list anew; the choice stays.
    make_message(tickets[3], text="And another thing")
    expect(page.locator(f"#ticket-{tickets[3].pk}")).to_contain_text("And another thing")
    expect(page.locator("[data-pick]:checked")).to_have_count(6)

    page.locator("#bulk summary[aria-label=Assign]").click()
    page.locator("#bulk [data-bulk=assign]").get_by_role("button", name="Me").click()
    result = page.locator(".bulk-result")
    expect(result).to_contain_text("5 tickets changed")
    expect(result).to_contain_text("1 refused")
    expect(result.locator("li")).to_contain_text("Zoe: This ticket is closed. Reopen it first.")
    expect(page.locator("[data-pick]:checked")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    assert Ticket.objects.filter(assignee=anna).count() == 5

    result.get_by_role("button", name="Undo").click()
    expect(result).to_contain_text("Undoing")
    expect(result).to_contain_text("5 tickets changed")
    assert not Ticket.objects.filter(assignee=anna).exists()
    result.get_by_role("button", name="Close").click()
    expect(result).to_have_count(0)
    page.context.close()
    assert errors == []


def test_chosen_and_changed_by_key(
    browser: Any, processes: Any, live_database: Any, tickets: list[Ticket]
) -> None:
    anna: User = make_user("anna", first_name="Anna")
    server = processes.web()
    processes.bot()
    page = window_of(browser, anna, server.url, viewport={"width": 1440, "height": 900})
    errors = errors_of(page)
    page.goto("/tickets/")
    expect(page.locator("[data-row]").first).to_be_visible()
    for ticket in tickets[:2]:
        page.keyboard.press("j")
        expect(page.locator(f'#ticket-pane[data-ticket="{ticket.pk}"]')).to_be_visible()
        page.keyboard.press("x")
    expect(page.locator(".bulk-number")).to_contain_text("2 chosen")
    page.keyboard.press("x")
    expect(page.locator(".bulk-number")).to_contain_text("1 chosen")
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator('[data-bulk="snooze"]').get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".bulk-result")).to_contain_text("2 tickets changed")
    chosen = {ticket.pk for ticket in tickets[:2]}
    assert set(Ticket.objects.snoozed().values_list("pk", flat=True)) == chosen

    page.locator("#conversation").focus()
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("x")
    page.get_by_role("button", name="Choose all shown").click()
    expect(page.locator(".bulk-number")).to_contain_text("6 chosen")
    page.keyboard.press("e")
    expect(page.locator(".bulk-result")).to_contain_text("1 was so already")
    assert Ticket.objects.open().count() == 0
    page.context.close()
    assert errors == []


def test_another_list_begins_without_a_choice(
    browser: Any, processes: Any, live_database: Any, tickets: list[Ticket]
) -> None:
    anna = make_user("anna", first_name="Anna")
    page = window_of(browser, anna, processes.web().url, viewport={"width": 390, "height": 800})
    page.goto("/tickets/")
    page.get_by_role("button", name="Choose several").click()
    box(page, tickets[1]).check()
    expect(page.locator(".bulk-number")).to_contain_text("1 chosen")
    page.locator("#q").fill("Client 3")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page.locator("[data-pick]:checked")).to_have_count(0)
    page.context.close()
