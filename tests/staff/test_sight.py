"""Who sees what and who may do what: every address there is, walked in every role and under every limit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from rules.models import Rule
from staff.models import Team, User
from staff.roles import Role
from tests.factories import make_client, make_inbox, make_message, make_ticket, make_user
from tests.tickets.cast import PNG
from tickets import operations, properties
from tickets.content import Content
from tickets.errors import OperationRefused
from tickets.models import Attachment, Client, Message, Status, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

# What these words stand in is never seen by who is kept from the ticket.
SECRET = "zzsecretzz"
ABOUT = ("ticket_id", "message_id", "file_id", "client_id", "rule_id")


@dataclass
class World:
    """A ticket with everything that has an address."""

    ticket: Ticket
    message: Message
    contact: Message
    file: Attachment
    client: Client
    rule: Rule

    def address(self, route: str) -> str:
        message = self.contact if "contact" in route else self.message
        rows: dict[str, Model] = {
            "ticket_id": self.ticket,
            "message_id": message,
            "file_id": self.file,
            "client_id": self.client,
            "rule_id": self.rule,
        }
        route = route.replace("<slug:name>", "priority")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(rows[name[1]].pk), route)


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif any(f"{name}>" in route for name in ABOUT) and not route.startswith("admin/"):
            yield route


ROUTES = sorted(routes(get_resolver().url_patterns))


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    client = make_client(inbox=make_inbox("Secret inbox"), name=f"Maria {SECRET}")
    client.avatar.save("a.png", ContentFile(PNG))
    ticket = make_ticket(client=client, text=f"My {SECRET}")
    contact = make_message(
        ticket,
        content=Content(kind=Message.Kind.CONTACT, details={"phone_number": "1", "first_name": SECRET}),
    )
    message = ticket.messages.earliest("pk")
    default_storage.save("b.png", ContentFile(PNG))
    file = Attachment.objects.create(
        message=message, kind="photo", name=f"{SECRET}.png", file="b.png", state=Attachment.State.READY
    )
    rule = Rule.objects.create(client=client, assign_to=make_user())
    return World(ticket, message, contact, file, client, rule)


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def limited(scope: str, world: World) -> User:
    """Somebody whose own inbox or team has another ticket."""
    user = make_user(scope=scope)
    user.set_role(Role.SUPERVISOR)
    user.user_permissions.add(Permission.objects.get(codename="view_update"))
    other = make_ticket(text="another one")
    user.inboxes.add(other.inbox)
    user.teams.add(team := Team.objects.create(name="Theirs"))
    properties.set_team(other, team=team, staff=make_user())
    return user


def in_role(role: Role) -> User:
    user = make_user()
    user.set_role(role)
    return user


def journal() -> int:
    return TicketEvent.objects.count()


def test_the_walk_knows_the_addresses_it_is_about() -> None:
    wanted = {"tickets/<id:ticket_id>/", "files/<id:file_id>/", "clients/<id:client_id>/avatar/"}
    assert wanted <= set(ROUTES)
    assert len(ROUTES) >= 22


@pytest.mark.parametrize("scope", ["inboxes", "teams"])
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_out_of_sight_answers_like_what_is_not_there(route: str, scope: str, world: World) -> None:
    browser, before = signed_in(limited(scope, world)), journal()
    address = world.address(route)
    for answer in (browser.get(address), browser.post(address, {"text": "x", "act": "up", "enabled": "0"})):
        if route == "rules/<id:rule_id>/remove/" and answer.status_code == 302:
            continue  # what is gone already is what was asked for
        assert answer.status_code in {404, 405}, address
        assert SECRET not in answer.content.decode()
    assert journal() == before
    assert Rule.objects.get(pk=world.rule.pk).enabled


@pytest.mark.parametrize("scope", ["inboxes", "teams"])
@pytest.mark.parametrize(
    "address",
    [
        "/tickets/",
        "/tickets/navigation/",
        "/tickets/?q=Maria",
        "/tickets/?q=%23{number}",
        "/tickets/?inbox={inbox}",
        "/tickets/?unread=1",
        "/rules/",
        "/rules/?client=Maria",
        "/views/",
    ],
)
def test_no_list_search_or_count_tells_of_it(address: str, scope: str, world: World) -> None:
    user = limited(scope, world)
    address = address.format(number=world.ticket.pk, inbox=world.ticket.inbox_id)
    page = signed_in(user).get(address).content.decode()
    assert SECRET not in page
    assert f"ticket-{world.ticket.pk}" not in page
    if scope == "inboxes":
        assert "Secret inbox" not in page


def test_who_has_a_ticket_sees_it_whatever_team_it_is_of(world: World) -> None:
    user = limited("teams", world)
    operations.assign(world.ticket, assignee=user, staff=make_user())
    page = signed_in(user).get(f"/tickets/{world.ticket.pk}/").content.decode()
    assert SECRET in page


@pytest.mark.parametrize("route", ROUTES)
def test_a_viewer_reads_along_and_changes_nothing(route: str, world: World) -> None:
    viewer = in_role(Role.VIEWER)
    browser, before = signed_in(viewer), journal()
    own = {"ticket-read", "ticket-unread"}  # how far one has read is one's own
    address = world.address(route)
    form = {"text": "x", "status": "3", "assignee": viewer.pk, "emoji": "👍", "enabled": "0", "priority": "4"}
    answer = browser.post(address, form, headers={"Accept": "application/json"})
    if answer.resolver_match.url_name not in own | {"ticket-preview"}:
        assert answer.status_code in {400, 403, 404, 405, 409}, address
    assert journal() == before
    assert Rule.objects.get(pk=world.rule.pk).enabled
    assert Ticket.objects.get(pk=world.ticket.pk).status_id == Status.OPEN_ID


def test_a_viewers_page_offers_nothing_that_would_be_refused(world: World) -> None:
    page = signed_in(in_role(Role.VIEWER)).get(f"/tickets/{world.ticket.pk}/").content.decode()
    pane = page.partition('id="ticket-pane"')[2]
    assert SECRET in pane
    assert "Your role lets you read along, not answer." in pane
    for address in ("take", "assign", "status"):
        assert f'action="/tickets/{world.ticket.pk}/{address}/"' not in pane
    assert 'action="/rules/add/"' not in pane
    assert re.search(r'<form id="reply-form"[^>]* hidden>', pane)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT, Role.SUPERVISOR])
def test_only_administrators_change_bots(role: Role) -> None:
    browser = signed_in(in_role(role))
    assert browser.post("/bots/add/", {"token": "1:x"}).status_code == 403
    assert signed_in(in_role(Role.ADMINISTRATOR)).post("/bots/add/", {"token": "1:x"}).status_code != 403


def test_a_ticket_is_given_to_nobody_who_could_not_open_or_answer_it(world: World) -> None:
    for person, words in (
        (limited("inboxes", world), "may not see this ticket"),
        (in_role(Role.VIEWER), "only looks on"),
    ):
        with pytest.raises(OperationRefused, match=words):
            operations.assign(world.ticket, assignee=person, staff=make_user())


def test_the_roles_are_four_groups() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= {role.value for role in Role}
