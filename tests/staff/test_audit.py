"""Who changed which setting, rule or role, when: written whatever way it was changed."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from rules.models import Rule
from rules.operations import always_assign, remove, switch
from staff.models import AuditEntry, Team, User
from staff.roles import Role
from telegram_bridge.models import Bot
from tests.factories import make_bot, make_client, make_user
from tickets import canned, saved_views
from tickets.models import Inbox, Status, Tag

pytestmark = pytest.mark.django_db
Action = AuditEntry.Action


@pytest.fixture
def boss(client: Client) -> User:
    user = make_user("boss", first_name="Boss")
    user.set_role(Role.ADMINISTRATOR)
    client.force_login(user)
    AuditEntry.objects.all().delete()
    return user


def entries(kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    found = AuditEntry.objects.filter(object_type=kind).order_by("pk")
    return [(str(one.action), one.object_name, one.changes) for one in found]


def test_a_change_in_the_admin_has_its_name_and_both_values(client: Client, boss: User) -> None:
    status = Status.objects.create(name="Waiting", kind="open", colour="blue", position=9)
    AuditEntry.objects.all().delete()
    form = {"name": "On hold", "name_ru": "", "kind": "open", "colour": "blue", "position": 9}
    assert client.post(f"/admin/tickets/status/{status.pk}/change/", form).status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name) == (boss, "Boss")
    assert entries("tickets.status") == [("changed", "On hold", {"name": ["Waiting", "On hold"]})]
    assert client.post(f"/admin/tickets/status/{status.pk}/change/", form).status_code == 302
    assert AuditEntry.objects.count() == 1, "what changed nothing is nothing to tell"


def test_a_role_a_limit_and_a_deactivation(client: Client, boss: User) -> None:
    nina = make_user("nina")
    AuditEntry.objects.all().delete()
    form = {"first_name": "", "last_name": "", "email": "", "role": "supervisor", "scope": "teams"}
    client.post(f"/people/{nina.pk}/", form)
    client.post(f"/people/{nina.pk}/act/", {"act": "deactivate"})
    client.post(f"/people/{nina.pk}/act/", {"act": "activate"})
    told = entries("staff.user")
    assert ("changed", "nina", {"scope": ["all", "teams"]}) in told
    assert ("changed", "nina", {"role": ["agent", "supervisor"]}) in told
    assert [action for action, _name, _changes in told][-2:] == ["deactivated", "activated"]


def test_what_a_role_may_do(boss: User) -> None:
    group = Group.objects.get(name=Role.AGENT)
    group.permissions.add(Permission.objects.get(codename="manage_desk"))
    ((action, name, changes),) = entries("auth.group")
    assert (action, name) == ("changed", "agent")
    assert "manage" in str(changes["permissions"][1]).lower()


def test_members_from_either_side(boss: User) -> None:
    nina, team = make_user("nina"), Team.objects.create(name="Billing")
    inbox = Inbox.objects.create(name="Shop")
    AuditEntry.objects.all().delete()
    team.members.add(nina)
    nina.teams.remove(team)
    nina.inboxes.add(inbox)
    assert entries("staff.team") == [
        ("changed", "Billing", {"members": [None, "nina"]}),
        ("changed", "Billing", {"members": ["nina", None]}),
    ]
    assert entries("tickets.inbox") == [("changed", "Shop", {"members": [None, "nina"]})]


def test_rules_are_added_switched_and_removed(client: Client, boss: User) -> None:
    rule = always_assign(make_client(name="Maria"), assign_to=boss, staff=boss)
    switch(rule, enabled=False)
    remove(rule)
    told = entries("rules.rule")
    assert [one[0] for one in told] == ["added", "changed", "removed"]
    assert told[1][2] == {"enabled": [True, False]}
    assert {one[1] for one in told} == {"Maria → Boss"}


def test_a_secret_is_told_as_changed_only_and_life_is_no_setting(boss: User) -> None:
    bot = make_bot("111:first-secret")
    AuditEntry.objects.all().delete()
    bot.token = "111:other-secret"
    bot.save(update_fields=["encrypted_token"])
    assert entries("telegram_bridge.bot") == [("changed", str(bot), {"encrypted_token": [None, None]})]
    bot.state = Bot.State.RUNNING
    bot.save(update_fields=["state"])
    boss.save(update_fields=["last_login"])
    assert AuditEntry.objects.count() == 1


def test_what_is_somebodys_own_is_no_setting(boss: User) -> None:
    saved_views.save_view(boss, name="Mine", filters={"state": "open"}, audience="own", team=None)
    canned.save_canned(boss, None, shortcut="x", title="", text="x", audience="own", team=None)
    assert not AuditEntry.objects.exists()
    saved_views.save_view(boss, name="All", filters={"state": "open"}, audience="all", team=None)
    assert [one[:2] for one in entries("tickets.savedview")] == [("added", "All")]


def test_the_page_tells_it_in_words_narrowed_and_in_pages(client: Client, boss: User) -> None:
    nina = make_user("nina")
    client.post(f"/people/{nina.pk}/act/", {"act": "deactivate"})
    for number in range(60):
        Tag.objects.create(name=f"tag<{number}>")
    page = client.get("/audit/").content.decode()
    assert "tag&lt;59&gt;" in page
    assert "tag&lt;5&gt;" not in page
    assert "The system" in page
    earlier = page.partition("before=")[2].partition('"')[0]
    assert "tag&lt;5&gt;" in client.get(f"/audit/?before={earlier}").content.decode()
    people = client.get("/audit/?kind=staff.user").content.decode()
    assert "Deactivated" in people
    assert "Boss" in people
    assert "<del>yes</del>" in people
    assert "tag&lt;" not in people
    assert "tag&lt;" not in client.get(f"/audit/?who={boss.pk}").content.decode()
    for odd in ("kind=nonsense", "who=x", "before=" + "9" * 400, "who=" + "9" * 30):
        assert client.get(f"/audit/?{odd}").status_code == 200


def test_who_is_gone_is_still_named(client: Client, boss: User) -> None:
    nina = make_user("nina")
    gone = {"object_type": "gone.model", "object_name": "X", "changes": {"a": [None, "b"]}}
    AuditEntry.objects.create(actor=nina, actor_name="Nina", action="changed", **gone)
    nina.delete()
    page = client.get("/audit/").content.decode()
    assert "Nina" in page
    assert "gone.model" in page


def test_rules_need_no_actor() -> None:
    AuditEntry.objects.all().delete()
    Rule.objects.create(client=make_client(), assign_to=make_user())
    entry = AuditEntry.objects.get(object_type="rules.rule")
    assert (entry.actor, entry.actor_name) == (None, "")
