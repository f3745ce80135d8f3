"""Who is told of what, once, and no longer when they have read it; what rings, and when nothing does."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staff.models import Team, User
from tests.factories import CLAIM, make_client, make_message, make_ticket, make_user
from tests.tickets.cast import browser_of
from tickets import notifications, operations, properties, property_steps, reading, steps
from tickets.content import Content
from tickets.journal import SYSTEM, by_rule, change
from tickets.models import Message, Notification, NotificationSettings, Status, Ticket
from tickets.notifications import Listener

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def boris() -> User:
    return make_user("boris", first_name="Boris")


def told(staff: User) -> list[tuple[str, int]]:
    return [(str(row.kind), row.count) for row in staff.notifications.filter(read_at=None).order_by("pk")]


def annas(anna: User, **more: Any) -> Ticket:
    return operations.take(make_ticket(text="Hello", **more), staff=anna)


def test_each_is_told_of_what_concerns_them_and_not_of_what_they_did(anna: User, boris: User) -> None:
    ticket = annas(anna)
    assert told(anna) == []
    make_message(ticket, text="One")
    make_message(ticket, text="Two")
    assert told(anna) == [("message", 2)], "what is unread grows"
    properties.note(ticket, staff=boris, content=Content(text="@anna"), mentioned=[anna, boris])
    operations.assign(ticket, assignee=boris, staff=anna)
    assert told(anna) == [("message", 2), ("mention", 1)]
    assert told(boris) == [("assigned", 1)]


def test_a_failed_answer_is_told_to_whoever_wrote_it(anna: User) -> None:
    ticket = annas(anna)
    message = make_message(ticket, author=anna)
    operations.begin_delivery(message.pk, claim=CLAIM)
    operations.settle_delivery(message.pk, claim=CLAIM, delivery=Message.Delivery.FAILED)
    assert told(anna) == [("failed", 1)]


def test_a_team_is_told_and_who_gave_it_the_ticket_is_not(anna: User, boris: User) -> None:
    team = Team.objects.create(name="Billing")
    team.members.add(anna, boris, make_user(is_active=False))
    properties.set_team(make_ticket(), team=team, staff=anna)
    assert told(boris) == [("team", 1)]
    assert Notification.objects.count() == 1


def test_a_ticket_that_comes_with_its_first_message_is_one_piece_of_news(anna: User) -> None:
    with change() as opened:
        ticket = steps.open_ticket(opened, make_client())
        steps.receive_message(opened, ticket, Content(text="Hi"), written_at=datetime.now(UTC))
        steps.assign(opened, ticket, anna, by_rule("VIP"))
        steps.receive_message(opened, ticket, Content(text="Hi"), written_at=datetime.now(UTC))
    assert told(anna) == [("assigned", 1)]


def test_the_clock_tells_whose_ticket_came_back(anna: User) -> None:
    ticket = annas(anna)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    Ticket.objects.filter(pk=ticket.pk).update(snoozed_at=past, snoozed_until=past)
    properties.wake(ticket)
    assert told(anna) == [("snooze_over", 1)]


def test_what_one_does_not_want_to_hear_is_not_written(anna: User) -> None:
    NotificationSettings.objects.create(staff=anna, muted=["message"])
    make_message(annas(anna))
    assert told(anna) == []


@pytest.mark.parametrize("scope", ["inboxes", "teams"])
def test_nobody_is_told_of_what_they_may_not_see(scope: str, boris: User) -> None:
    User.objects.filter(pk=boris.pk).update(scope=scope)
    ticket = make_ticket(text="Hello")
    with change() as opened:
        locked = Ticket.objects.locked().get(pk=ticket.pk)
        property_steps.write_note(opened, locked, Content(text="@boris"), actor=SYSTEM, mentioned=[boris])
    assert told(boris) == []


def test_reading_the_ticket_is_reading_the_notification(anna: User) -> None:
    ticket = annas(anna)
    make_message(ticket)
    message = make_message(ticket)
    reading.mark_read(anna.pk, ticket.pk, message.seq - 1)
    assert told(anna) == [("message", 2)]
    reading.mark_read(anna.pk, ticket.pk, message.seq)
    assert told(anna) == []
    make_message(ticket)
    assert told(anna) == [("message", 1)], "what comes then is new"


def test_a_change_with_nobody_to_tell_costs_no_query(django_assert_num_queries: Any, anna: User) -> None:
    ticket = make_ticket(text="Hello")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        make_message(ticket)
    assert not [query for query in queries if "tickets_notification" in query["sql"]]
    operations.take(ticket, staff=anna)
    with CaptureQueriesContext(connection) as queries:
        make_message(ticket)
    assert len([query for query in queries if "tickets_notification" in query["sql"]]) == 1


# The pages


def test_the_bell_lists_them_in_words_and_counts_them(anna: User, boris: User) -> None:
    client = make_client(name="Maria <b>")
    ticket = make_ticket(client=client, text="Where is it?")
    operations.assign(ticket, assignee=anna, staff=boris)
    operations.set_status(ticket, status=Status.objects.get(pk=Status.IN_PROGRESS_ID), staff=anna)
    make_message(ticket, text="Are you there?")
    browser = browser_of(anna)
    page = browser.get("/notifications/", headers={"HX-Request": "true"}).content.decode()
    assert f"Boris gave you ticket #{ticket.pk}" in page
    assert f"Maria &lt;b&gt; wrote in ticket #{ticket.pk}" in page
    assert "Are you there?" in page
    assert page.index("wrote in") < page.index("gave you"), "the newest first"
    assert page.count("data-unread") == 2
    assert "2 new" in browser.get("/tickets/navigation/").content.decode()
    assert browser.post("/notifications/read/").status_code == 302
    assert told(anna) == []
    whole = browser.get("/notifications/").content.decode()
    assert "data-unread" not in whole.partition("notification-list")[2]


def test_what_went_out_of_sight_is_neither_listed_nor_counted(anna: User) -> None:
    make_message(annas(anna), text="zzsecret")
    User.objects.filter(pk=anna.pk).update(scope="inboxes")
    browser = browser_of(User.objects.get(pk=anna.pk))
    assert "zzsecret" not in browser.get("/notifications/").content.decode()
    assert "navigation-told" not in browser.get("/tickets/navigation/").content.decode()


def test_the_list_costs_the_same_for_many(
    django_assert_max_num_queries: Any, anna: User, boris: User
) -> None:
    for _ in range(35):
        operations.assign(make_ticket(text="x"), assignee=anna, staff=boris)
    browser = browser_of(anna)
    with django_assert_max_num_queries(4):
        page = browser.get("/notifications/", headers={"HX-Request": "true"}).content.decode()
    assert page.count("<li") == 30
    below = page.partition("?before=")[2].partition('"')[0]
    rest = browser.get(f"/notifications/?before={below}", headers={"HX-Request": "true"}).content.decode()
    assert rest.count("<li") == 5
    assert browser.get("/notifications/?before=nonsense").status_code == 200


def test_the_settings_are_kept_and_a_half_of_quiet_hours_explains_itself(anna: User) -> None:
    browser = browser_of(anna)
    form = {"desktop": "on", "events": ["message", "mention"], "quiet_from": "22:00", "quiet_until": "08:00"}
    assert browser.post("/notifications/settings/", form).status_code == 302
    kept = NotificationSettings.objects.get(staff=anna)
    assert (kept.sound, kept.desktop, kept.quiet_from) == (False, True, time(22))
    assert set(kept.muted) == set(Kind.values) - {"message", "mention"}
    page = browser.get("/notifications/settings/").content.decode()
    assert 'value="22:00"' in page
    answer = browser.post("/notifications/settings/", form | {"quiet_until": ""})
    assert "Quiet hours need both" in answer.content.decode()
    answer = browser.post("/notifications/settings/", form | {"quiet_until": "nonsense"})
    assert "Enter a valid time" in answer.content.decode()


# At once


def frames(told: dict[int, int], opened: set[int], *people: User, language: str = "en") -> list[Any]:
    listeners = {one.pk: Listener(language, "Europe/Berlin") for one in people}
    return notifications.alerts(told, opened, listeners)


def test_only_those_who_listen_are_told_in_their_language(anna: User, boris: User) -> None:
    ticket = annas(anna, client=make_client(name="Maria"))
    message = make_message(ticket, text="Hi there")
    row = Notification.objects.get()
    assert frames({row.pk: anna.pk}, set(), boris) == []
    ((staff_id, frame),) = frames({row.pk: anna.pk}, set(), anna, language="ru")
    assert staff_id == anna.pk
    assert frame["title"] == f"Maria пишет в тикете #{ticket.pk}"
    assert frame["text"] == "Hi there"
    assert frame["address"] == f"/tickets/{ticket.pk}/?through={message.seq}"
    assert (frame["sound"], frame["desktop"]) == (True, False)


def test_a_new_ticket_that_nobody_has_is_told_to_those_who_see_it(anna: User, boris: User) -> None:
    ticket = make_ticket(client=make_client(name="Maria"), text="Hi")
    User.objects.filter(pk=boris.pk).update(scope="inboxes")
    (frame,) = [frame for _id, frame in frames({}, {ticket.pk}, anna, boris)]
    assert frame["title"] == "A new ticket from Maria"
    boris.inboxes.add(ticket.inbox)
    assert len(frames({}, {ticket.pk}, anna, boris)) == 2
    NotificationSettings.objects.create(staff=anna, muted=["new_ticket"])
    assert [staff_id for staff_id, _frame in frames({}, {ticket.pk}, anna, boris)] == [boris.pk]
    operations.take(ticket, staff=anna)
    assert frames({}, {ticket.pk}, anna, boris) == []


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "quiet"),
    [
        (22, 8, 23, True),
        (22, 8, 7, True),
        (22, 8, 8, False),
        (22, 8, 21, False),
        (9, 17, 12, True),
        (9, 17, 17, False),
    ],
)
def test_quiet_hours_are_the_persons_own(begins: int, ends: int, hour: int, quiet: bool) -> None:
    wanted = NotificationSettings(quiet_from=time(begins), quiet_until=time(ends))
    now = datetime(2026, 11, 28, hour - 1 if hour else 23, tzinfo=UTC)  # an hour later in Berlin
    assert notifications.is_quiet(wanted, now=now, time_zone="Europe/Berlin") is quiet


def test_nothing_rings_for_who_is_off(anna: User) -> None:
    make_message(annas(anna))
    row = Notification.objects.get()
    User.objects.filter(pk=anna.pk).update(availability="off")
    ((_id, frame),) = frames({row.pk: anna.pk}, set(), anna)
    assert not frame["sound"]


def test_old_ones_are_forgotten(anna: User) -> None:
    make_message(annas(anna))
    make_message(annas(anna))
    first = Notification.objects.earliest("pk")
    Notification.objects.filter(pk=first.pk).update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert notifications.forget_old(datetime.now(UTC)) == 1
    assert not Notification.objects.filter(pk=first.pk).exists()
