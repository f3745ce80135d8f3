"""No page has what axe-core calls a violation, in either theme: contrast, names, roles, order, landmarks."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.models import Rule
from staff import invitations
from staff.models import Team, User
from staff.roles import Role
from tests.factories import make_bot, make_client, make_message, make_ticket, make_user
from tests.flows.staff_browser import window_of
from tests.processes import Running
from tests.tickets.cast import picture, receive
from tickets import client_changes, properties, saved_views
from tickets.content import Content
from tickets.models import Status, Tag, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
# The page's Content-Security-Policy lets no script of ours in: axe comes before the page, over the debugger.
RUN = """async (rules) => {
    const found = await axe.run(document, {resultTypes: ["violations"], ...rules});
    return found.violations.map(
        ({id, nodes}) => [id, nodes.map((one) => one.html.slice(0, 160)).slice(0, 4)]);
}"""


@pytest.fixture
def anna(live_database: Any) -> User:
    user = make_user("anna", first_name="Anna")
    user.set_role(Role.ADMINISTRATOR)
    return user


@pytest.fixture
def ticket(anna: User) -> Ticket:
    """One with something of everything that a page can show."""
    bot = make_bot()
    client = make_client(inbox=bot.inbox, name="Maria", username="maria", is_reachable=False)
    ticket = make_ticket(client=client, text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    make_message(ticket, author=anna, text="Good morning")
    receive(ticket, Content(kind="photo", text="A picture", files=[picture()]))
    properties.note(ticket, staff=anna, content=Content(text="Among us"), mentioned=[])
    tag = Tag.objects.create(name="Refund", colour="red")
    properties.change_tags(ticket, add=[tag], remove=[], staff=anna)
    properties.set_team(ticket, team=Team.objects.create(name="Billing"), staff=anna)
    properties.set_priority(ticket, priority=Ticket.Priority.URGENT, staff=anna)
    properties.set_subject(ticket, subject="A wrong bill", staff=anna)
    Rule.objects.create(client=client, assign_to=anna, created_by=anna)
    saved_views.save_view(anna, name="Refunds", filters={"tag": [str(tag.pk)]}, audience="own", team=None)
    client_changes.set_attribute(client, name="Order", value="A-17", staff=anna, was="")
    client_changes.change_tags(client, add=[tag], remove=[], staff=anna)
    invitations.invite(name="Nina", email="", role=Role.AGENT, by=anna)
    make_user("gone", first_name="Gone", is_active=False)
    properties.snooze(make_ticket(text="Later"), until=None, staff=anna)
    make_ticket(text="Over", assignee=anna, status=Status.CLOSED_ID)
    return ticket


@pytest.fixture
def server(processes: Any, ticket: Ticket) -> Running:
    return processes.web()  # type: ignore[no-any-return]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation(
    browser: Any, server: Running, anna: User, ticket: Ticket, theme: str
) -> None:
    # Only colours differ between the themes.
    rules = {} if theme == "light" else {"runOnly": ["color-contrast"]}
    User.objects.filter(pk=anna.pk).update(theme=theme)
    page = window_of(browser, anna, server.url, viewport={"width": 1440, "height": 900})
    page.context.add_init_script(AXE)
    wrong: dict[str, Any] = {}

    def look(name: str) -> None:
        page.wait_for_timeout(300)  # what fades in has its colours
        if found := page.evaluate(RUN, rules):
            wrong[name] = found

    for address in (
        "/tickets/",
        "/tickets/?q=Hello+from:maria",
        "/tickets/?tag=1&priority=4&state=open&q=nothing",
        f"/tickets/{ticket.pk}/",
        f"/clients/{ticket.client_id}/",
        "/rules/",
        "/rules/new/?ready=urgent",
        "/rules/new/?ready=received",
        "/rules/hours/",
        f"/rules/hours/{ticket.inbox_id}/",
        "/bots/",
        "/views/",
        "/canned/",
        "/profile/",
        "/notifications/",
        "/notifications/settings/",
        "/people/",
        f"/people/{anna.pk}/",
        "/audit/",
        "/accounts/sessions/",
    ):
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        look(address)
    page.goto(f"/tickets/{ticket.pk}/")
    page.locator("summary[aria-label=Filters]").click()
    look("filters")
    page.keyboard.press("Escape")
    page.locator("#conversation").focus()
    page.keyboard.press("a")
    look("assign")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()
    page.keyboard.press("a")
    look("bulk")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("[data-bell]").click()
    look("bell")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Emoji").click()
    expect(page.locator(".emoji-grid").first).to_be_visible()
    look("emoji")
    page.keyboard.press("Escape")
    page.locator("a.picture").click()
    look("picture")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    look("palette")
    page.keyboard.press("Escape")
    page.locator("#conversation").focus()
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    page.locator("#conversation").focus()
    page.keyboard.press("n")
    look("note")
    page.set_viewport_size({"width": 390, "height": 800})
    look("phone")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    look("sign-in")
    page.context.close()
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
