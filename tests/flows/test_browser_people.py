"""Somebody is invited and joins; a session is ended from another device, and its open page is shown out."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from staff.models import User
from staff.roles import Role
from tests.factories import PASSWORD, make_client, make_ticket, make_user
from tests.flows.staff_browser import errors_of, window_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_invited_person_joins_and_is_signed_out_from_afar(
    browser: Any, processes: Any, live_database: Any
) -> None:
    boss = make_user("boss", first_name="Boss")
    boss.set_role(Role.ADMINISTRATOR)
    make_ticket(client=make_client(name="Maria"), text="Hello")
    server = processes.web()
    page = window_of(browser, boss, server.url)
    errors = errors_of(page)
    page.goto("/people/")
    page.get_by_text("Invite somebody").click()
    page.get_by_label("Name", exact=True).fill("Nina Ray")
    page.get_by_role("button", name="Make the link").click()
    link = page.locator(".password-link").inner_text()
    assert re.fullmatch(rf"{server.url}/accounts/invitation/[\w-]+/", link)

    guest = browser.new_context(locale="en-US", base_url=server.url).new_page()
    guest.goto(link)
    expect(guest.get_by_label("First name")).to_have_value("Nina")
    guest.get_by_label("Username").fill("nina")
    guest.get_by_label("Password").fill("123")
    guest.get_by_role("button", name="Begin").click()
    expect(guest.get_by_role("alert").first).to_contain_text("too short")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Begin").click()
    expect(guest.locator("[data-row]")).to_contain_text("Maria")

    # Away, without leaving the page.
    guest.locator(".me-menu > summary").click()
    guest.get_by_role("button", name="Away").click()
    expect(guest.locator(".me-menu > summary .availability")).to_have_attribute("data-availability", "away")
    nina = User.objects.get(username="nina")
    assert nina.availability == "away"

    page.goto(f"/people/{nina.pk}/")
    page.get_by_role("button", name="Sign them out everywhere").click()
    expect(page.locator(".alert")).to_contain_text("Nina Ray is signed out everywhere")
    expect(guest.locator("#list-connection")).to_contain_text("You are signed out.", timeout=8000)

    page.goto("/audit/")
    expect(page.locator(".audit-list")).to_contain_text("Nina Ray")
    page.context.close()
    guest.context.close()
    assert errors == []
