"""The administration in a real browser, under our Content-Security-Policy."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from rules.models import Rule
from tests.factories import make_client, make_user
from tests.flows.staff_browser import errors_of, window_of
from tests.processes import Processes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_rule_is_made_by_searching_its_client_and_employee(
    browser: "Browser", processes: Processes
) -> None:
    boss = make_user("boss", first_name="Anna", is_staff=True, is_superuser=True)
    person = make_client(name="Мария Ёлкина")
    page = window_of(browser, boss, processes.web().url)
    errors = errors_of(page)
    page.goto("/admin/rules/rule/add/")
    for field, words in (("client", "елкина"), ("assign_to", "anna")):
        page.locator(f".field-{field} .select2-selection").click()
        page.locator(".select2-search__field").fill(words)
        page.locator(
            ".select2-results__option--highlighted", has_text="na" if field == "assign_to" else "Ё"
        ).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("added successfully")
    assert Rule.objects.get().client == person
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/**")
    page.context.close()
    assert errors == []


def test_a_person_is_added_and_the_link_for_them_is_shown(browser: "Browser", processes: Processes) -> None:
    boss = make_user("boss", is_staff=True, is_superuser=True)
    page = window_of(browser, boss, processes.web().url)
    errors = errors_of(page)
    page.goto("/admin/")
    page.get_by_role("link", name="Employees").click()
    page.get_by_role("link", name="Add employee").click()
    page.get_by_label("Username").fill("nina")
    page.get_by_role("button", name="Save", exact=True).click()
    link = page.locator(".password-link").inner_text()
    guest = browser.new_context(locale="en-US").new_page()
    guest.goto(link)
    expect(guest.get_by_role("heading", name="Choose a password")).to_be_visible()
    guest.context.close()
    page.context.close()
    assert errors == []
