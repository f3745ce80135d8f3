"""A ticket's properties in a real browser: set without a reload, shown to the colleague who has it open."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from staff.models import Team
from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket
from tickets.models import Tag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_properties_are_set_without_a_reload_and_never_over_a_colleagues(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    boris = factories.make_user("boris", first_name="Boris")
    Team.objects.create(name="Billing")
    Tag.objects.create(name="Refund", colour="red")
    ticket = factories.make_ticket(text="Hello")
    server = processes.web()
    hers, his = window_of(browser, anna, server.url), window_of(browser, boris, server.url)
    errors = [errors_of(hers), errors_of(his)]
    for window in (hers, his):
        open_ticket(window, ticket)
        window.evaluate("window.same = true")

    hers.locator("#property-priority").select_option("Urgent")
    expect(his.locator("#property-priority")).to_have_value("4")
    expect(hers.locator(f"#ticket-{ticket.pk} .row-priority")).to_be_visible()
    hers.locator("#property-team").select_option("Billing")
    expect(his.locator("#conversation")).to_contain_text("Anna gave the ticket to the team Billing")
    hers.get_by_label("Add a tag").fill("refund")
    hers.get_by_label("Add a tag").press("Enter")
    expect(his.locator(".tag-chip")).to_contain_text("Refund")
    expect(hers.get_by_label("Add a tag")).to_have_value("")
    hers.locator("#property-subject").fill("A wrong bill")
    hers.locator("#property-subject").press("Enter")
    expect(his.locator(f"#ticket-{ticket.pk}")).to_contain_text("A wrong bill")

    # His page has not heard of what she does meanwhile: he is told, and nothing is overwritten.
    his.route(re.compile(r"\?files="), lambda route: route.abort())
    hers.locator("#property-priority").select_option("High")
    expect(his.locator("#conversation")).to_contain_text("Anna changed the priority: Urgent → High")
    his.unroute_all()
    his.locator("#property-priority").select_option("Low")
    told = "Anna changed this meanwhile, to “High”. Nothing was overwritten."
    expect(his.locator("#notice")).to_have_text(told)
    expect(his.locator("#property-priority")).to_have_value("3")

    his.get_by_text("Put aside…").click()
    his.get_by_role("button", name="Until the client writes").click()
    expect(hers.locator(".snoozed")).to_contain_text("Until the client writes")
    factories.make_message(ticket, text="Here I am")
    expect(hers.get_by_text("Put aside…")).to_be_visible()
    expect(hers.locator("#conversation")).to_contain_text("The client wrote: the ticket is back")
    assert hers.evaluate("window.same")
    assert his.evaluate("window.same")
    for window in (hers, his):
        window.context.close()
    assert errors == [[], []]
