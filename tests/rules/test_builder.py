"""The builder's pages: saved, checked, tried and explained, by who manages the desk."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client as Browser

from rules import language, trial
from rules.facts import Facts
from rules.models import Event, Rule, RuleRun
from rules.operations import always_assign
from rules.ready import READY
from staff.models import AuditEntry, Team, User
from staff.roles import Role
from tests.factories import make_client, make_inbox, make_message, make_ticket, make_user
from tests.tickets.cast import browser_of
from tickets import operations as ticket_operations
from tickets import properties
from tickets.errors import OperationRefused
from tickets.models import Status, Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    user = make_user("boss", first_name="Boss")
    user.set_role(Role.SUPERVISOR)
    return user


@pytest.fixture
def browser(boss: User) -> Browser:
    return browser_of(boss)


@pytest.fixture
def refund() -> dict[str, Any]:
    tag = Tag.objects.create(name="Refund")
    return {
        "name": "Refunds",
        "event": "message_received",
        "conditions": {"all": [{"field": "text", "op": "word", "value": "refund"}]},
        "actions": [{"do": "add_tag", "value": str(tag.pk)}],
    }


def posted(given: Any, **more: Any) -> dict[str, Any]:
    return {"definition": given if isinstance(given, str) else json.dumps(given), **more}


def test_a_rule_is_saved_reads_as_a_sentence_and_works(
    browser: Browser, boss: User, refund: dict[str, Any]
) -> None:
    assert browser.post("/rules/new/", posted(refund)).status_code == 302
    rule = Rule.objects.get()
    assert (rule.created_by, rule.version, rule.enabled) == (boss, 1, True)
    page = browser.get("/rules/").content.decode()
    assert "When the client writes, if the text has the word “refund”: add the tag Refund." in page
    ticket = make_ticket(text="A refund!")
    assert ticket.tags.get().name == "Refund"
    shown = browser.get(f"/rules/{rule.pk}/").content.decode()
    assert f"#{ticket.pk}" in shown
    assert "version 1" in shown
    assert "1 run: 1 done, 0 skipped, 0 failed; the slowest took" in shown
    entry = AuditEntry.objects.get(object_type="rules.rule")
    assert (entry.actor, entry.action) == (boss, "added")


def test_a_change_makes_a_new_version_and_overwrites_nobodys(
    browser: Browser, refund: dict[str, Any]
) -> None:
    browser.post("/rules/new/", posted(refund))
    rule = Rule.objects.get()
    changed = {**refund, "name": "Money back"}
    assert browser.post(f"/rules/{rule.pk}/", posted(changed, version=1)).status_code == 302
    answer = browser.post(f"/rules/{rule.pk}/", posted({**refund, "name": "Mine"}, version=1))
    assert answer.status_code == 409
    assert "Somebody changed this rule meanwhile" in answer.content.decode()
    assert "Mine" in answer.content.decode(), "what was typed is still there"
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("Money back", 2)
    assert [one.definition["name"] for one in rule.versions.all()] == ["Money back", "Refunds"]
    page = browser.get(f"/rules/{rule.pk}/?version=1").content.decode()
    assert "&quot;name&quot;: &quot;Refunds&quot;" in page
    assert "?version=2" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nonsense", "This is no JSON."),
        ("[]", "This is no rule."),
        ("[" * 100_000, "This is no JSON."),
        ("x" * 100_001, "This rule is too long."),
        ({"event": "x", "actions": [{"do": "unassign"}]}, "Choose what the rule waits for."),
        ({"event": "ticket_opened", "actions": []}, "Add what the rule does."),
        ({"event": "ticket_opened", "actions": {}, "conditions": []}, "Add what the rule does."),
        ({"event": "ticket_opened", "actions": [{"do": "fly"}]}, "Choose what is done."),
        ({"event": "ticket_opened", "actions": [{"do": "priority", "value": "9"}]}, "Choose one."),
        ({"event": "ticket_opened", "actions": [{"do": "snooze", "value": "x"}]}, "A number of hours"),
        (
            {"event": "ticket_opened", "actions": [{"do": "note", "value": "{{ me.password }}"}]},
            "no variable",
        ),
        ({"event": "ticket_opened", "actions": [{"do": "note", "value": "x" * 4097}]}, "4096 characters"),
        ({"event": "ticket_opened", "actions": [{"do": "answer", "value": "x"}]}, "Words are needed"),
        ({"event": "ticket_opened", "actions": [{"do": "unassign"}] * 21}, "20 actions at most"),
    ],
)
def test_bad_input_is_answered_in_words_and_saves_nothing(browser: Browser, given: Any, words: str) -> None:
    answer = browser.post("/rules/new/", posted(given))
    assert answer.status_code in {400, 409}
    assert words in answer.content.decode()
    assert words.split("“", maxsplit=1)[0] in str(
        browser.post("/rules/check/", posted(given)).json()["wrong"]
    )
    tried = browser.post("/rules/try/", posted(given)).content.decode()
    assert words in tried
    assert not Rule.objects.exists()


def test_a_nul_byte_is_no_end_of_it(browser: Browser, refund: dict[str, Any]) -> None:
    refund["conditions"]["all"][0]["value"] = "re\0fund"
    assert browser.post("/rules/new/", posted(refund)).status_code == 302
    assert Rule.objects.get().conditions["all"][0]["value"] == "re\ufffdfund"


def everything() -> dict[str, int]:
    """How many rows there are of all that a trial could touch, and the newest journal row."""
    models = [model for model in apps.get_models() if model._meta.app_label in {"tickets", "rules", "staff"}]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_trying_it_tells_what_it_would_have_done_and_changes_nothing(
    browser: Browser, refund: dict[str, Any]
) -> None:
    refund["actions"] += [{"do": "answer", "value": {"text": "Soon", "hours": 0}}, {"do": "ban"}]
    tickets = [make_ticket(text=text) for text in ("refund me", "hello", "Refund?")]
    before, columns = everything(), list(Ticket.objects.order_by("pk").values())
    page = browser.post("/rules/try/", posted(refund)).content.decode()
    assert "It would have answered 2 of the last 3 such events" in page
    assert "add the tag Refund, answer the client “Soon”, ban the client" in page
    assert f"#{tickets[0].pk}" in page
    assert f"#{tickets[1].pk}" not in page
    explained = browser.post("/rules/try/", posted(refund, ticket=f"#{tickets[1].pk}")).content.decode()
    assert "the rule would do nothing" in explained
    assert 'data-holds="no"' in explained
    assert "(hello)" in explained
    assert (
        "the rule would act"
        in browser.post("/rules/try/", posted(refund, ticket=tickets[0].pk)).content.decode()
    )
    assert (
        "There is no such ticket."
        in browser.post("/rules/try/", posted(refund, ticket="nonsense")).content.decode()
    )
    assert everything() == before
    assert list(Ticket.objects.order_by("pk").values()) == columns


REPLY = {"field": "is_reply", "op": "no"}


def test_each_condition_is_explained_by_itself() -> None:
    ticket = make_ticket(client=make_client(language_code="de"), text="Hello")
    conditions = {
        "all": [
            {"field": "text", "op": "contains", "value": "hell"},
            {
                "any": [
                    {"field": "client_language", "op": "is", "value": "fr"},
                    {"field": "has_file", "op": "no"},
                ]
            },
            {"none": [{"field": "client_language", "op": "is", "value": "de"}]},
        ]
    }
    lines = trial.explained(Event.MESSAGE_RECEIVED, conditions, ticket)
    told = [(line["depth"], line["group"], line["holds"]) for line in lines]
    assert told == [
        (0, "all", False),
        (1, "", True),
        (1, "any", True),
        (2, "", False),
        (2, "", True),
        (1, "none", False),
        (2, "", True),
    ]
    assert lines[3]["words"] == "the client’s language is “fr”"
    assert lines[3]["fact"] == "de"


@pytest.mark.parametrize("event", Event.values)
def test_every_event_can_be_tried(event: str, boss: User) -> None:
    make_message(make_ticket(text="x"))
    found = trial.tried(event, {}, boss)
    assert found.matched == found.looked_at
    if event == Event.MESSAGE_FIRST:
        assert found.matched == 1


def test_what_one_may_not_see_is_not_looked_at(refund: dict[str, Any], boss: User) -> None:
    make_ticket(text="zzsecret refund")
    User.objects.filter(pk=boss.pk).update(scope="inboxes")
    limited = browser_of(User.objects.get(pk=boss.pk))
    page = limited.post("/rules/try/", posted(refund)).content.decode()
    assert "0 of the last 0" in page
    assert "zzsecret" not in page
    number = Ticket.objects.get().pk
    assert "no such ticket" in limited.post("/rules/try/", posted(refund, ticket=number)).content.decode()


@pytest.mark.parametrize("name", READY)
def test_the_ready_rules_are_right_and_can_be_saved(browser: Browser, name: str) -> None:
    page = browser.get(f"/rules/new/?ready={name}").content.decode()
    assert str(READY[name].name) in page
    one = READY[name]
    given: dict[str, Any] = {"name": str(one.name), "event": one.event, "conditions": one.conditions}
    given |= {"actions": one.actions, "minutes": one.minutes}
    assert browser.post("/rules/check/", posted(given)).json()["wrong"] == []
    assert browser.post("/rules/new/", posted(given)).status_code == 302
    make_message(make_ticket(text="urgent"))
    assert not RuleRun.objects.filter(outcome="failed").exists()


def test_a_rule_is_exported_and_imported(browser: Browser, refund: dict[str, Any]) -> None:
    browser.post("/rules/new/", posted(refund))
    rule = Rule.objects.get()
    body = browser.get(f"/rules/{rule.pk}/export/").content.decode()
    rule.delete()
    assert browser.post("/rules/new/", posted(body)).status_code == 302
    assert Rule.objects.get().conditions == refund["conditions"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_who_manages_the_desk_comes_here(role: Role, browser: Browser, refund: dict[str, Any]) -> None:
    browser.post("/rules/new/", posted(refund))
    rule = Rule.objects.get()
    user = make_user()
    user.set_role(role)
    other = browser_of(user)
    for address in ("/rules/new/", f"/rules/{rule.pk}/", f"/rules/{rule.pk}/export/"):
        assert other.get(address).status_code == 403, address
    for address in ("new/", "check/", "try/", f"{rule.pk}/", f"{rule.pk}/resume/", f"{rule.pk}/remove/"):
        assert other.post(f"/rules/{address}", posted(refund)).status_code == 403, address
    assert other.post(f"/rules/{rule.pk}/switch/", {"enabled": "0"}).status_code == 403
    page = other.get("/rules/").content.decode()
    assert "has the word “refund”" in page
    assert f"/rules/{rule.pk}/switch/" not in page
    assert Rule.objects.get().enabled


def test_the_admin_checks_as_the_builder_does(refund: dict[str, Any]) -> None:
    root = make_user("root")
    root.set_role(Role.ADMINISTRATOR)
    admin = browser_of(root)
    form = {
        "name": "x",
        "event": "message_received",
        "conditions": json.dumps({"all": [{"field": "gone"}]}),
        "actions": json.dumps(refund["actions"]),
        "editable_by": "all",
        "position": 1,
    }
    assert "what is asked about" in admin.post("/admin/rules/rule/add/", form).content.decode()
    form["conditions"] = json.dumps(refund["conditions"])
    assert admin.post("/admin/rules/rule/add/", form).status_code == 302
    assert Rule.objects.get().actions == refund["actions"]


def test_the_journal_says_which_rule_it_was(browser: Browser, refund: dict[str, Any]) -> None:
    browser.post("/rules/new/", posted(refund))
    ticket = make_ticket(text="refund")
    page = browser.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "Rule “Refunds” changed the tags: +Refund" in page
    assert TicketEvent.objects.get(kind="tags_changed").data["rule_id"] == Rule.objects.get().pk


def test_a_rule_of_one_inbox_and_team_acts_in_no_other(browser: Browser, refund: dict[str, Any]) -> None:
    team, inbox = Team.objects.create(name="Night"), make_inbox("Shop")
    given = {**refund, "event": "team_changed", "conditions": {}, "inbox": inbox.pk, "team": str(team.pk)}
    assert browser.post("/rules/new/", posted(given)).status_code == 302
    assert (
        "if the inbox is one of Shop and the team is one of Night" in browser.get("/rules/").content.decode()
    )
    boss = User.objects.get()
    here = make_ticket(client=make_client(inbox=inbox))
    other_team, elsewhere = make_ticket(client=make_client(inbox=inbox)), make_ticket()
    properties.set_team(here, team=team, staff=boss)
    properties.set_team(other_team, team=Team.objects.create(name="Day"), staff=boss)
    properties.set_team(elsewhere, team=team, staff=boss)
    assert [one.tags.count() for one in (here, other_team, elsewhere)] == [1, 0, 0]
    explained = browser.post("/rules/try/", posted(given, ticket=str(elsewhere.pk))).content.decode()
    assert "the rule would do nothing" in explained
    assert 'data-holds="no"' in explained


@pytest.mark.parametrize(("name", "words"), [("inbox", "no such inbox"), ("team", "no such team")])
@pytest.mark.parametrize("value", [999_999, "x", -1, [1]])
def test_what_it_is_narrowed_to_has_to_be_there(
    browser: Browser, refund: dict[str, Any], name: str, words: str, value: Any
) -> None:
    answer = browser.post("/rules/new/", posted({**refund, name: value}))
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert not Rule.objects.exists()


def test_the_deepest_conditions_may_be_narrowed_too(refund: dict[str, Any]) -> None:
    deepest = {"all": [{"any": [{"all": [{"any": refund["conditions"]["all"]}]}]}]}
    rule = Rule(event=Event.MESSAGE_RECEIVED, conditions=deepest, inbox=make_inbox())
    assert language.check(deepest) == []
    assert not language.compiled(rule.asked)(Facts(TicketEvent(ticket=make_ticket(text="refund"))))


@pytest.mark.parametrize("editable_by", Rule.EditableBy.values)
@pytest.mark.parametrize("who", ["author", "supervisor", "administrator"])
def test_who_may_change_it(refund: dict[str, Any], boss: User, editable_by: str, who: str) -> None:
    browser_of(boss).post("/rules/new/", posted({**refund, "editable_by": editable_by}))
    rule = Rule.objects.get()
    colleague = boss
    if who != "author":
        colleague = make_user("colleague")
        colleague.set_role(Role.SUPERVISOR if who == "supervisor" else Role.ADMINISTRATOR)
    may = editable_by == "all" or who == "administrator" or (editable_by, who) == ("author", "author")
    theirs = browser_of(colleague)
    saved = theirs.post(f"/rules/{rule.pk}/", posted({**refund, "name": "Mine now"}, version=rule.version))
    assert saved.status_code == (302 if may else 409)
    assert may or "This rule is changed by:" in saved.content.decode()
    assert theirs.post(f"/rules/{rule.pk}/switch/", {"enabled": "0"}).status_code == (302 if may else 403)
    assert theirs.post(f"/rules/{rule.pk}/remove/").status_code == (302 if may else 403)
    assert Rule.objects.exists() is not may


@pytest.mark.parametrize(
    ("field", "op", "value", "wanted"),
    [
        ("status", "changed", None, ["taken", "closed", "unassigned"]),
        ("status", "changed_from", ["1"], ["taken", "closed"]),
        ("status", "changed_to", ["3"], ["closed"]),
        ("assignee", "changed_from", [""], ["taken"]),
        ("assignee", "changed", None, ["taken", "unassigned"]),
        ("priority", "changed_to", ["4"], ["urgent"]),
        ("team", "changed", None, ["team"]),
    ],
)
def test_what_changed_from_what(field: str, op: str, value: Any, wanted: list[str], boss: User) -> None:
    ticket = make_ticket(text="a")
    seen: dict[str, TicketEvent] = {}

    def happens(name: str, act: Any) -> None:
        act()
        seen[name] = ticket.events.select_related("ticket__status").order_by("-seq")[0]

    happens("urgent", lambda: properties.set_priority(ticket, priority=Ticket.Priority.URGENT, staff=boss))
    happens("team", lambda: properties.set_team(ticket, team=Team.objects.create(name="T"), staff=boss))
    happens("taken", lambda: ticket_operations.take(ticket, staff=boss))
    happens("unassigned", lambda: ticket_operations.assign(ticket, assignee=None, staff=boss))
    closed = Status.objects.get(pk=Status.CLOSED_ID)
    happens("closed", lambda: ticket_operations.set_status(ticket, status=closed, staff=boss))
    holds = language.compiled({"all": [{"field": field, "op": op, "value": value}]})
    assert sorted(name for name, event in seen.items() if holds(Facts(event))) == sorted(wanted)


def test_what_it_changed_to_is_what_the_event_says_and_not_what_became_of_it(boss: User) -> None:
    """A rule answers High with Urgent; one that waits for Urgent acts once, one that waits for High too."""
    tags = [Tag.objects.create(name=name) for name in ("urgent", "high")]
    changed: dict[str, Any] = {"field": "priority", "op": "changed_to"}
    wanted: tuple[list[str], ...] = ([], ["4"], ["3"])
    done = ([{"do": "priority", "value": "4"}], *([{"do": "add_tag", "value": str(tag.pk)}] for tag in tags))
    for position, (values, actions) in enumerate(zip(wanted, done, strict=True)):
        conditions = {"all": [{**changed, "value": values}]} if values else {}
        Rule.objects.create(
            event=Event.PRIORITY_CHANGED, position=position, conditions=conditions, actions=actions
        )
    ticket = make_ticket(text="a")
    properties.set_priority(ticket, priority=Ticket.Priority.HIGH, staff=boss)
    assert Ticket.objects.get(pk=ticket.pk).priority == Ticket.Priority.URGENT
    assert sorted(ticket.tags.values_list("name", flat=True)) == ["high", "urgent"]
    runs = RuleRun.objects.filter(rule__position__gt=0).values_list("rule__position", "seq")
    assert len(runs) == 2, runs


def test_the_name_of_an_attribute_may_have_blanks_around_it_and_is_left_by_another_field(
    refund: dict[str, Any],
) -> None:
    client = make_client()
    client.attributes = {"Plan": "gold"}
    client.save()
    ticket = make_ticket(client=client, text="gold")
    asked = {"all": [{"field": "client_attribute", "of": " Plan ", "op": "is", "value": "gold"}]}
    (_group, line) = trial.explained(Event.MESSAGE_RECEIVED, asked, ticket)
    assert (line["holds"], line["fact"]) == (True, "gold")
    left = {"all": [{"field": "text", "of": "Plan", "op": "is", "value": "gold"}]}
    (_group, line) = trial.explained(Event.MESSAGE_RECEIVED, left, ticket)
    assert (line["holds"], line["fact"]) == (True, "gold")


def test_always_assigning_overwrites_no_rule_that_is_not_ones_own(boss: User) -> None:
    client, agent = make_client(), make_user("agent")
    made = always_assign(client, assign_to=boss, staff=boss)
    assert always_assign(client, assign_to=agent, staff=agent).pk == made.pk
    assert Rule.objects.get().created_by == boss, "who made it stays who made it"
    Rule.objects.update(editable_by=Rule.EditableBy.AUTHOR)
    with pytest.raises(OperationRefused, match="This rule is changed by"):
        always_assign(client, assign_to=boss, staff=agent)
    assert always_assign(client, assign_to=boss, staff=boss).assign_to == boss
