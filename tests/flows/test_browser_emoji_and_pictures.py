"""The emoji picker and large pictures in the browser, by mouse and by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import make_ticket, make_user
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket
from tests.tickets.cast import picture, receive
from tickets.content import Content
from tickets.models import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_emoji_is_found_by_its_words_and_put_where_one_writes(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = make_user("anna")
    ticket = make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    page = window_of(browser, anna, processes.web().url)
    errors = errors_of(page)
    open_ticket(page, ticket)
    text = page.get_by_label("Write a message")
    text.fill("Well done!")
    text.press("Home")
    page.get_by_role("button", name="Emoji").click()
    panel = page.get_by_role("dialog", name="Emoji")
    find = panel.get_by_label("Find an emoji")
    expect(find).to_be_focused()
    find.fill("party popper")
    expect(panel.locator(".emoji-grid button").first).to_have_text("🎉")
    find.press("Enter")
    expect(panel).to_be_hidden()
    expect(text).to_have_value("🎉Well done!")
    expect(text).to_be_focused()

    page.get_by_role("button", name="Emoji").click()
    expect(panel.locator("h3").first).to_have_text("Used last")
    find.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".emoji-grid button:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    page.get_by_role("button", name="Emoji").click()
    panel.get_by_role("button", name="Flags", exact=True).click()
    panel.locator(".emoji-grid button").first.click()
    expect(panel).to_be_visible()
    assert text.input_value().startswith("🎉")
    find.fill("zzzz")
    expect(panel).to_contain_text("Nothing of that name")
    page.keyboard.press("Escape")
    page.context.close()
    assert errors == []


def test_pictures_are_looked_at_one_after_the_other_and_nearer(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = make_user("anna")
    ticket = make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    for number in range(3):
        receive(ticket, Content(kind="photo", files=[picture(name=f"picture{number}.png")]))
    page = window_of(browser, anna, processes.web().url, viewport={"width": 1440, "height": 900})
    errors = errors_of(page)
    conversation = open_ticket(page, ticket)
    conversation.locator(".picture").nth(1).click()
    box = page.locator("#lightbox")
    expect(box).to_contain_text("2 of 3")
    expect(box).to_contain_text("picture1.png")
    box.get_by_role("button", name="Next picture").click()
    expect(box).to_contain_text("3 of 3")
    expect(box.get_by_role("button", name="Next picture")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(box).to_contain_text("1 of 3")

    image = box.locator("img")
    scale = "image => new DOMMatrix(getComputedStyle(image).transform).a"
    assert image.evaluate(scale) == 1
    page.keyboard.press("+")
    assert image.evaluate(scale) == 1.5
    box.get_by_role("button", name="Larger").click()
    assert image.evaluate(scale) == 2.25
    page.mouse.move(720, 450)
    page.mouse.wheel(0, 100)
    until(lambda: 1.5 < image.evaluate(scale) < 2.25)
    page.mouse.down()
    page.mouse.move(800, 500)
    page.mouse.up()
    expect(box).to_be_visible()
    page.keyboard.press("ArrowRight")
    assert image.evaluate(scale) == 1, "the next one is whole"
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()

    page.goto(f"/clients/{ticket.client_id}/?files=pictures")
    page.locator("a[data-lightbox]").first.click()
    expect(box).to_contain_text("1 of 3")
    page.context.close()
    assert errors == []
