"""The builder in the browser: by mouse, by keyboard, told what is wrong, tried, saved, and at work."""

from typing import Any

import pytest
from playwright.sync_api import expect

from rules.models import Rule
from staff.models import Team, User
from staff.roles import Role
from tests.factories import make_client, make_ticket, make_user
from tests.flows.staff_browser import errors_of, window_of
from tickets.models import CannedReply, Tag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(live_database: Any) -> User:
    user = make_user("boss", first_name="Boss")
    user.set_role(Role.SUPERVISOR)
    return user


def test_a_rule_is_put_together_tried_and_saved(browser: Any, processes: Any, boss: User) -> None:
    Tag.objects.create(name="Refund")
    make_ticket(client=make_client(name="Maria"), text="I want a refund")
    hello = make_ticket(client=make_client(name="Tom"), text="Hello")
    page = window_of(browser, boss, processes.web().url, viewport={"width": 1280, "height": 900})
    errors = errors_of(page)
    page.goto("/rules/")
    page.get_by_role("link", name="New rule").click()
    sentence, wrong = page.locator("[data-sentence]"), page.locator("[data-wrong]")
    expect(wrong).to_contain_text("Add what the rule does.")

    page.get_by_role("button", name="+ Condition").click()
    expect(wrong).to_contain_text("Words are needed here.")
    page.get_by_label("How it is compared").select_option(label="has the word")
    page.get_by_label("With what").fill("refund")
    page.get_by_role("button", name="+ What is done").click()
    then = page.get_by_role("group", name="Then")
    then.get_by_label("With what").select_option(label="Refund")
    expect(sentence).to_have_text(
        "When the client writes, if the text has the word “refund”: add the tag Refund."
    )
    expect(wrong).to_be_hidden()

    page.get_by_role("button", name="What would it have done?").click()
    trial = page.locator("[data-trial]")
    expect(trial).to_contain_text("It would have answered 1 of the last 2 such events")
    expect(trial).to_contain_text("Maria")
    page.get_by_label("Number of a ticket").fill(f"#{hello.pk}")
    page.get_by_role("button", name="Explain for this ticket").click()
    expect(trial).to_contain_text("the rule would do nothing")
    page.get_by_label("Name of the rule").fill("Refunds")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rules")).to_contain_text("if the text has the word “refund”")
    assert Rule.objects.get().name == "Refunds"
    assert make_ticket(text="refund").tags.get().name == "Refund"
    page.context.close()
    assert errors == []


def test_by_keyboard_with_groups_and_json(browser: Any, processes: Any, boss: User) -> None:
    page = window_of(browser, boss, processes.web().url, viewport={"width": 390, "height": 844})
    errors = errors_of(page)
    page.goto("/rules/new/?ready=urgent")
    expect(page.locator("[data-sentence]")).to_contain_text("has the word “urgent”")
    page.get_by_role("button", name="+ Group").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Group").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")  # none of these
    page.get_by_role("button", name="+ Condition").first.focus()
    page.keyboard.press("Enter")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-label", "What is asked about")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("not urgent")
    expect(page.locator("[data-sentence]")).to_contain_text("none of these: (the text contains “not urgent”)")
    page.get_by_role("button", name="Remove").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-wrong]")).to_contain_text("Add what the rule does.")

    page.get_by_text("As JSON").click()
    box = page.get_by_label("The rule as JSON")
    box.fill('{"event": "ticket_opened", "actions": [{"do": "unassign"}]}')
    expect(page.locator("[data-sentence]")).to_have_text(
        "When a ticket opens: take it away from its assignee."
    )
    box.fill("{")
    expect(page.locator("[data-wrong]")).to_contain_text("This is no JSON.")
    page.context.close()
    assert errors == []


def test_a_schedule_an_attribute_and_who_may_change_it(browser: Any, processes: Any, boss: User) -> None:
    Team.objects.create(name="Night")
    page = window_of(browser, boss, processes.web().url, viewport={"width": 1280, "height": 900})
    errors = errors_of(page)
    page.goto("/rules/new/")
    expect(page.get_by_text("Whoever waits for an hour")).to_be_hidden()
    page.get_by_label("When").select_option("schedule")
    expect(page.get_by_label("Monday")).to_be_checked()
    page.get_by_label("Tuesday").uncheck()
    times = page.get_by_label("Times, such as 09:00, 17:30")
    times.fill("9")
    expect(page.locator("[data-wrong]")).to_contain_text("Times like 09:30 are needed.")
    times.fill("09:00, 17:30")
    page.get_by_role("button", name="+ Condition").click()
    page.get_by_label("What is asked about").select_option("client_attribute")
    expect(page.locator("[data-wrong]")).to_contain_text("Say which one.")
    page.get_by_label("Which one").fill("Plan")
    page.get_by_label("How it is compared").select_option("is")
    page.get_by_label("With what").fill("gold")
    page.get_by_role("button", name="+ Condition").click()
    page.get_by_label("What is asked about").last.select_option("time")
    page.get_by_label("With what").last.fill("08:30")
    page.get_by_role("button", name="+ What is done").click()
    page.get_by_label("What is done").select_option("priority")
    page.get_by_label("With what").last.select_option("4")
    page.get_by_label("Of any team").select_option(label="Night")
    page.get_by_label("Who may change this rule").select_option("author")
    expect(page.locator("[data-sentence]")).to_have_text(
        "When on a schedule (Monday, Wednesday, Thursday, Friday; 09:00, 17:30), if the team is one of Night "
        "and (the client’s attribute “Plan” is “gold” and the time of day is before 08:30): "
        "set the priority Urgent."
    )
    expect(page.locator("[data-wrong]")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rules")).to_contain_text("Plan")
    rule = Rule.objects.get()
    assert rule.schedule == {"days": ["0", "2", "3", "4"], "times": ["09:00", "17:30"]}
    assert (rule.team.name if rule.team else "", rule.editable_by) == ("Night", "author")
    page.goto(f"/rules/{rule.pk}/")
    expect(page.get_by_label("Tuesday")).not_to_be_checked()
    expect(page.get_by_label("Which one")).to_have_value("Plan")
    expect(page.get_by_label("Who may change this rule")).to_have_value("author")
    page.context.close()
    assert errors == []


def test_an_answer_gets_a_language_and_buttons_or_is_a_canned_reply(
    browser: Any, processes: Any, boss: User
) -> None:
    reply = CannedReply.objects.create(
        owner=boss, shortcut="prices", title="Prices", text="x", audience="all"
    )
    page = window_of(browser, boss, processes.web().url, viewport={"width": 390, "height": 844})
    errors = errors_of(page)
    page.goto("/rules/new/")
    page.get_by_role("button", name="+ What is done").click()
    then, sentence = page.get_by_role("group", name="Then"), page.locator("[data-sentence]")
    then.get_by_label("What is done").select_option(label="answer the client")
    then.get_by_label("With what").fill("**Hello**")

    def press(name: str) -> None:
        then.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    press("+ In another language")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Code of the language, as ru or de")
    expect(page.locator("[data-wrong]")).to_contain_text("no code of a language")
    page.keyboard.type("ru")
    page.keyboard.press("Tab")
    page.keyboard.type("Привет")
    press("+ In another language")
    page.keyboard.type("RU")
    twice = then.get_by_label("Code of the language, as ru or de").nth(1)
    assert twice.evaluate("box => box.validationMessage") == "This language is there already."
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("de")
    page.keyboard.press("Tab")
    page.keyboard.type("Hallo")
    press("+ Button")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Text on the button")
    page.keyboard.type("Shop")
    page.keyboard.press("Tab")
    page.keyboard.type("https://example.com/?q={{ ticket.number }}")
    press("+ Button")
    page.keyboard.type("Yes")
    expect(sentence).to_contain_text("answer the client “**Hello**” (also in ru, de; with 2 buttons).")
    expect(page.locator("[data-wrong]")).to_be_hidden()

    then.get_by_label("or a canned reply").select_option(label="/prices Prices")
    expect(sentence).to_contain_text("answer the client with the canned reply /prices Prices.")
    expect(then.get_by_label("or a canned reply")).to_be_focused()
    expect(then.locator("textarea")).to_have_count(0)
    expect(then.get_by_label("Text on the button")).to_have_count(0)
    then.get_by_label("or a canned reply").select_option(label="or a canned reply")
    expect(then.locator("textarea")).to_have_count(3)
    then.locator(".builder-language").nth(1).get_by_role("button", name="Remove").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rules")).to_contain_text("(also in ru; with 2 buttons)")
    (done,) = Rule.objects.get().actions
    shop = {"text": "Shop", "url": "https://example.com/?q={{ ticket.number }}"}
    buttons = [[shop], [{"text": "Yes", "answer": "Yes"}]]
    words = {"text": "**Hello**", "texts": {"ru": "Привет"}, "buttons": buttons, "hours": None}
    assert done == {"do": "answer", "value": words}

    page.goto(f"/rules/{Rule.objects.get().pk}/")
    then.get_by_label("or a canned reply").select_option(label="/prices Prices")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".rules")).to_contain_text("with the canned reply /prices Prices")
    (done,) = Rule.objects.get().actions
    assert done["value"] == {"canned": str(reply.pk), "hours": None}
    page.context.close()
    assert errors == []
