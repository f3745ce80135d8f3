"""The same change of many tickets: by the rules of one by one, with what became of each, and back again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from staff.models import Team, User
from staff.roles import Role
from tests.factories import make_client, make_ticket, make_user
from tests.tickets.cast import browser_of
from tickets import bulk, operations, properties
from tickets.errors import OperationRefused
from tickets.models import BulkChange, BulkItem, Status, Tag, Ticket

pytestmark = pytest.mark.django_db
CONTEXT = {"name": ""}


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def boris() -> User:
    return make_user("boris", first_name="Boris")


def done(asked: BulkChange) -> dict[int, str]:
    """Its job, run to the end; the state of each ticket."""
    while bulk.work_off(asked.pk):
        pass
    return {item.ticket_id: str(item.state) for item in asked.items.order_by("pk")}


def facts(ticket: Ticket) -> tuple[Any, ...]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    tags = sorted(ticket.tags.values_list("name", flat=True))
    return (ticket.assignee_id, ticket.status_id, ticket.team_id, ticket.priority, ticket.is_snoozed, tags)


def several() -> list[Ticket]:
    """Open and nobody's, in progress, closed, put aside, tagged."""
    boris = make_user("worker")
    tickets = [
        make_ticket(text="a"),
        make_ticket(text="b", assignee=boris, status=Status.IN_PROGRESS_ID),
        make_ticket(text="c", assignee=boris, status=Status.CLOSED_ID),
        make_ticket(text="d", assignee=boris),
    ]
    properties.snooze(tickets[1], until=None, staff=boris)
    return tickets


def test_each_ticket_is_changed_by_its_own_rules(anna: User, boris: User) -> None:
    tickets = several()
    ids = [ticket.pk for ticket in tickets]
    asked = bulk.ask(anna, "assign", {"assignee": boris.pk, "name": "Boris"}, ids)
    assert ProcrastinateJob.objects.filter(task_name=bulk.TASK, queue_name="desk").count() == 1
    assert list(done(asked).values()) == ["done", "done", "refused", "done"]
    refused = asked.items.get(state="refused")
    assert refused.words == "This ticket is closed. Reopen it first."
    assert {facts(ticket)[0] for ticket in (tickets[0], tickets[1], tickets[3])} == {boris.pk}
    again = bulk.ask(anna, "assign", {"assignee": boris.pk, "name": "Boris"}, [ids[0]])
    assert list(done(again).values()) == ["unchanged"]


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("assign", {"assignee": "boris"}),
        ("assign", {"assignee": None}),
        ("status", {"status": Status.CLOSED_ID}),
        ("status", {"status": Status.IN_PROGRESS_ID}),
        ("status", {"status": Status.OPEN_ID}),
        ("team", {"team": "team"}),
        ("priority", {"priority": 4}),
        ("tag", {"tag": "tag"}),
        ("untag", {"tag": "tag"}),
        ("snooze", {"until": None}),
        ("snooze", {"until": (timezone.now() + timedelta(days=3)).isoformat()}),
    ],
)
def test_undoing_brings_back_what_was(verb: str, data: dict[str, Any], anna: User, boris: User) -> None:
    tag, team = Tag.objects.create(name="Refund"), Team.objects.create(name="Billing")
    names = {"boris": boris.pk, "team": team.pk, "tag": tag.pk}
    data = {key: names.get(value, value) for key, value in data.items()}
    tickets = several()
    properties.change_tags(tickets[0], add=[tag], remove=[], staff=anna)
    before = [facts(ticket) for ticket in tickets]
    asked = bulk.ask(anna, verb, {**data, **CONTEXT}, [ticket.pk for ticket in tickets])
    states = done(asked)
    assert "done" in states.values(), [item.words for item in asked.items.all()]
    assert [facts(ticket) for ticket in tickets] != before
    back = bulk.undo(asked, staff=anna)
    assert bulk.undo(asked, staff=anna) == back
    assert set(done(back).values()) == {"done"}
    assert [facts(ticket) for ticket in tickets] == before


def test_what_somebody_changed_since_is_not_undone(anna: User, boris: User) -> None:
    mine, other = make_ticket(text="a"), make_ticket(text="b")
    asked = bulk.ask(anna, "priority", {"priority": 4, **CONTEXT}, [mine.pk, other.pk])
    done(asked)
    properties.set_priority(other, priority=Ticket.Priority.LOW, staff=boris)
    back = bulk.undo(asked, staff=anna)
    assert done(back) == {mine.pk: "done", other.pk: "refused"}
    assert "Boris changed this meanwhile" in back.items.get(ticket=other).words
    assert facts(other)[3] == Ticket.Priority.LOW


def test_a_crash_in_the_middle_is_gone_on_from(anna: User, boris: User, monkeypatch: Any) -> None:
    tickets = [make_ticket(text="x") for _ in range(3)]
    asked = bulk.ask(anna, "assign", {"assignee": boris.pk, **CONTEXT}, [ticket.pk for ticket in tickets])
    real, calls = operations.assign, []

    def dies(ticket: Ticket, **more: Any) -> Ticket:
        calls.append(ticket.pk)
        changed = real(ticket, **more)
        if len(calls) == 2:
            raise SystemExit  # after the commit, before it is written down
        return changed

    monkeypatch.setattr(operations, "assign", dies)
    with pytest.raises(SystemExit):
        bulk.work_off(asked.pk)
    monkeypatch.setattr(operations, "assign", real)
    assert list(done(asked).values()) == ["done", "done", "done"]
    assert set(done(bulk.undo(asked, staff=anna)).values()) == {"done"}
    assert [facts(ticket)[0] for ticket in tickets] == [None, None, None]


def test_many_are_worked_off_in_pieces(anna: User) -> None:
    tickets = [make_ticket() for _ in range(bulk.SOME + 1)]
    asked = bulk.ask(anna, "priority", {"priority": 3, **CONTEXT}, [ticket.pk for ticket in tickets])
    assert bulk.work_off(asked.pk)
    assert bulk.counts(asked)["settled"] == bulk.SOME
    with pytest.raises(OperationRefused, match="still under way"):
        bulk.undo(asked, staff=anna)
    assert not bulk.work_off(asked.pk)
    assert not bulk.work_off(asked.pk), "a job that comes twice finds nothing to do"


# From the page


def post(user: User, **form: Any) -> Any:
    return browser_of(user).post("/bulk/", form, headers={"HX-Request": "true"})


def test_the_page_asks_and_shows_what_became_of_it(anna: User) -> None:
    closed = make_ticket(client=make_client(name="Maria"), text="a", status=Status.CLOSED_ID)
    ticket = make_ticket(text="b")
    answer = post(anna, verb="assign", value=anna.pk, ticket=[ticket.pk, closed.pk])
    asked = BulkChange.objects.get()
    page = answer.content.decode()
    assert "0 / 2" in page
    assert f'hx-get="/bulk/{asked.pk}/"' in page
    done(asked)
    page = browser_of(anna).get(f"/bulk/{asked.pk}/").content.decode()
    assert "hx-get" not in page
    assert "1 ticket changed" in page
    assert "1 refused" in page
    assert "Maria" in page
    assert "Reopen it first" in page
    assert browser_of(make_user()).get(f"/bulk/{asked.pk}/").status_code == 404
    undone = browser_of(anna).post(f"/bulk/{asked.pk}/undo/").content.decode()
    assert "Undoing" in undone
    assert "/undo/" not in browser_of(anna).get(f"/bulk/{asked.pk}/").content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verb": "assign", "value": "99999"}, "There is no such employee any more."),
        ({"verb": "status", "value": "x"}, "This status no longer exists."),
        ({"verb": "undo", "value": ""}, "Choose what to do with them."),
        ({"verb": "", "value": ""}, "Choose what to do with them."),
        ({"verb": "priority", "value": "9"}, "There is no such priority."),
        ({"verb": "team", "value": "77"}, "There is no such team any more."),
        ({"verb": "tag", "value": "  "}, "Type a tag."),
        ({"verb": "tag", "value": "new one"}, "There is no tag “new one”"),
        ({"verb": "snooze", "value": "yesterday"}, "Choose until when."),
        ({"verb": "assign", "value": "", "ticket": ["x", "99999"]}, "No ticket was chosen."),
        ({"verb": "assign", "value": "", "all": "1", "query": "?status=nonsense"}, "nonsense"),
    ],
)
def test_bad_input_is_answered_in_words(form: dict[str, Any], words: str, anna: User) -> None:
    ticket = make_ticket()
    answer = post(anna, **{"ticket": [ticket.pk], **form})
    assert answer.status_code in {400, 409}
    assert words in answer.content.decode()
    assert not BulkItem.objects.exists()


def test_a_supervisor_makes_a_tag_by_typing_it() -> None:
    user = make_user()
    user.set_role(Role.SUPERVISOR)
    ticket = make_ticket()
    assert post(user, verb="tag", value="new one", ticket=[ticket.pk]).status_code == 200
    done(BulkChange.objects.get())
    assert facts(ticket)[5] == ["new one"]


def test_all_that_match_are_those_of_the_list(anna: User, monkeypatch: Any) -> None:
    tickets = [make_ticket(text="apple") for _ in range(30)]
    make_ticket(text="pear")
    post(anna, verb="priority", value="3", all="1", query="?q=apple")
    asked = BulkChange.objects.get()
    assert set(asked.items.values_list("ticket", flat=True)) == {ticket.pk for ticket in tickets}
    monkeypatch.setattr(bulk, "MOST_TICKETS", 10)
    answer = post(anna, verb="priority", value="3", all="1", query="?q=apple")
    assert "More than 10 tickets match" in answer.content.decode()
    answer = post(anna, verb="priority", value="3", ticket=[ticket.pk for ticket in tickets])
    assert "10 tickets at once at most" in answer.content.decode()


def test_nobody_changes_what_they_may_not_see_or_change(anna: User) -> None:
    ticket = make_ticket()
    User.objects.filter(pk=anna.pk).update(scope="inboxes")
    limited = User.objects.get(pk=anna.pk)
    assert (
        "No ticket was chosen."
        in post(limited, verb="priority", value="4", ticket=[ticket.pk]).content.decode()
    )
    viewer = make_user()
    viewer.set_role(Role.VIEWER)
    assert post(viewer, verb="priority", value="4", ticket=[ticket.pk]).status_code == 403
    assert browser_of(viewer).get("/bulk/new/").status_code == 403
    page = browser_of(viewer).get("/tickets/").content.decode()
    assert 'id="bulk"' not in page
    assert facts(ticket)[3] == Ticket.Priority.NORMAL


def test_what_goes_out_of_sight_meanwhile_is_left_alone(anna: User) -> None:
    ticket = make_ticket()
    asked = bulk.ask(anna, "priority", {"priority": 4, **CONTEXT}, [ticket.pk])
    User.objects.filter(pk=anna.pk).update(scope="inboxes")
    assert done(asked) == {ticket.pk: "refused"}


def test_the_words_are_in_the_language_of_who_asked(anna: User) -> None:
    ticket = make_ticket(text="x", status=Status.CLOSED_ID)
    User.objects.filter(pk=anna.pk).update(language="ru")
    post(User.objects.get(pk=anna.pk), verb="assign", value=anna.pk, ticket=[ticket.pk])
    done(BulkChange.objects.get())
    assert BulkItem.objects.get().words == "Тикет закрыт. Сначала откройте его снова."
