"""The verbs: what each changes, what each refuses, and the journal they write."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction

from rules.models import Rule, RuleRun
from staff.models import User
from tests.factories import CLAIM, make_client, make_message, make_ticket, make_user
from tickets import operations, steps
from tickets.content import Content, NewFile, storable
from tickets.errors import OperationRefused
from tickets.journal import CLIENT, change
from tickets.models import Client, Message, Status, Ticket, TicketEvent
from tickets.signals import ticket_changed

pytestmark = pytest.mark.django_db

Kind = TicketEvent.Kind


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def status(pk: int) -> Status:
    return Status.objects.get(pk=pk)


@pytest.fixture
def anna() -> User:
    return make_user("anna")


@pytest.fixture
def boris() -> User:
    return make_user("boris")


@pytest.fixture
def ticket() -> Ticket:
    return make_ticket()


def test_the_built_in_statuses_have_their_ids_names_and_kinds() -> None:
    rows = list(
        Status.objects.filter(pk__in=[1, 2, 3]).order_by("pk").values_list("pk", "name", "name_ru", "kind")
    )
    assert rows == [
        (1, "Open", "Открыт", "open"),
        (2, "In progress", "В работе", "in_progress"),
        (3, "Closed", "Закрыт", "closed"),
    ]
    assert Status.objects.create(name="Waiting", kind="open").pk > 3


def test_taking_assigns_and_puts_in_progress(ticket: Ticket, anna: User) -> None:
    taken = operations.take(ticket, staff=anna)
    assert (taken.assignee, taken.status_id) == (anna, Status.IN_PROGRESS_ID)
    assert kinds(ticket)[-1] == Kind.TICKET_TAKEN


def test_taking_twice_changes_nothing(ticket: Ticket, anna: User) -> None:
    operations.take(ticket, staff=anna)
    before = kinds(ticket)
    operations.take(ticket, staff=anna)
    assert kinds(ticket) == before


def test_taking_a_colleagues_ticket_is_refused_with_their_name(
    ticket: Ticket, anna: User, boris: User
) -> None:
    operations.take(ticket, staff=anna)
    with pytest.raises(OperationRefused, match="anna already has this ticket"):
        operations.take(ticket, staff=boris)


def test_ones_own_open_ticket_can_be_taken(ticket: Ticket, anna: User) -> None:
    operations.assign(ticket, assignee=anna, staff=anna)
    ticket.refresh_from_db()
    assert ticket.status_id == Status.OPEN_ID
    assert operations.take(ticket, staff=anna).status_id == Status.IN_PROGRESS_ID


def test_a_closed_ticket_cannot_be_taken(ticket: Ticket, anna: User) -> None:
    operations.set_status(ticket, status=status(3), staff=anna)
    with pytest.raises(OperationRefused, match="closed"):
        operations.take(ticket, staff=anna)


def test_unassigning_a_ticket_in_progress_makes_it_open(ticket: Ticket, anna: User) -> None:
    operations.take(ticket, staff=anna)
    free = operations.assign(ticket, assignee=None, staff=anna)
    assert (free.assignee, free.status_id) == (None, Status.OPEN_ID)


def test_assigning_to_somebody_who_left_is_refused(ticket: Ticket, anna: User, boris: User) -> None:
    boris.is_active = False
    boris.save()
    with pytest.raises(OperationRefused, match="no longer works here"):
        operations.assign(ticket, assignee=boris, staff=anna)


@pytest.mark.parametrize("verb", ["take", "assign", "status", "reply"])
def test_who_was_deactivated_can_change_nothing(verb: str, ticket: Ticket, anna: User) -> None:
    operations.take(ticket, staff=anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    anna.refresh_from_db()
    verbs: dict[str, Callable[[], Any]] = {
        "take": lambda: operations.take(ticket, staff=anna),
        "assign": lambda: operations.assign(ticket, assignee=None, staff=anna),
        "status": lambda: operations.set_status(ticket, status=status(3), staff=anna),
        "reply": lambda: operations.reply(ticket, staff=anna, content=Content(text="hi")),
    }
    with pytest.raises(OperationRefused, match="no longer active"):
        verbs[verb]()


def test_only_the_assignee_of_a_ticket_in_progress_can_reply(ticket: Ticket, anna: User, boris: User) -> None:
    hello = Content(text="hello")
    with pytest.raises(OperationRefused, match="Take this ticket"):
        operations.reply(ticket, staff=anna, content=hello)
    operations.assign(ticket, assignee=anna, staff=anna)
    with pytest.raises(OperationRefused, match="in progress"):
        operations.reply(ticket, staff=anna, content=hello)
    operations.take(ticket, staff=anna)
    with pytest.raises(OperationRefused, match="anna has this ticket"):
        operations.reply(ticket, staff=boris, content=hello)
    with pytest.raises(OperationRefused, match="already has"):
        operations.reply(ticket, staff=boris, content=hello, taking=True)
    message = operations.reply(ticket, staff=anna, content=hello)
    assert (message.delivery, message.author, message.direction) == ("queued", anna, "out")
    operations.set_status(ticket, status=status(3), staff=anna)
    with pytest.raises(OperationRefused, match="closed"):
        operations.reply(ticket, staff=anna, content=hello)


def test_take_and_reply_is_one_step(ticket: Ticket, anna: User) -> None:
    operations.reply(ticket, staff=anna, content=Content(text="on it"), taking=True)
    assert kinds(ticket)[-2:] == [Kind.TICKET_TAKEN, Kind.MESSAGE_QUEUED]


def test_the_same_form_sent_twice_is_one_message(ticket: Ticket, anna: User) -> None:
    key = uuid.uuid4()
    first = operations.reply(ticket, staff=anna, content=Content(text="once"), key=key, taking=True)
    again = operations.reply(ticket, staff=anna, content=Content(text="once"), key=key)
    assert again.pk == first.pk
    assert ticket.messages.filter(direction="out").count() == 1


def test_an_empty_reply_an_endless_one_and_files_telegram_would_refuse_are_refused(
    ticket: Ticket, anna: User, settings: Any
) -> None:
    settings.TELEGRAM_UPLOAD_LIMIT = 10
    small = NewFile(name="a.txt", size=3, file=ContentFile(b"abc"))
    refusals = {
        "Write something": Content(text="  \n"),
        "at most 40960": Content(text="x" * 40_961),
        "larger than": Content(files=[NewFile(name="big.bin", size=11, file=ContentFile(b"x" * 11))]),
        "is empty": Content(files=[NewFile(name="none.txt", size=0, file=ContentFile(b""))]),
        "At most 10 files": Content(files=[small] * 11),
    }
    operations.take(ticket, staff=anna)
    for words, content in refusals.items():
        with pytest.raises(OperationRefused, match=words):
            operations.reply(ticket, staff=anna, content=content)
    assert not ticket.messages.filter(direction="out").exists()


def test_a_reply_can_only_point_to_a_message_of_the_same_client(ticket: Ticket, anna: User) -> None:
    foreign = make_message(make_ticket())
    with pytest.raises(OperationRefused, match="not of this client"):
        operations.reply(ticket, staff=anna, content=Content(text="x"), reply_to=foreign.pk, taking=True)


def test_closing_and_reopening(ticket: Ticket, anna: User, boris: User) -> None:
    closed = operations.set_status(ticket, status=status(3), staff=anna)
    assert closed.closed_at is not None
    reopened = operations.set_status(ticket, status=status(1), staff=boris)
    assert (reopened.closed_at, reopened.status_id, reopened.assignee) == (None, Status.IN_PROGRESS_ID, boris)
    assert kinds(ticket)[-1] == Kind.TICKET_REOPENED


def test_reopening_is_refused_while_the_client_has_a_newer_ticket(ticket: Ticket, anna: User) -> None:
    operations.set_status(ticket, status=status(3), staff=anna)
    make_ticket(client=ticket.client)
    with pytest.raises(OperationRefused, match="newer ticket"):
        operations.set_status(ticket, status=status(2), staff=anna)


def test_putting_a_free_ticket_in_progress_makes_it_ones_own(ticket: Ticket, anna: User) -> None:
    changed = operations.set_status(ticket, status=status(2), staff=anna)
    assert changed.assignee == anna


def test_the_database_refuses_a_second_ticket_that_is_not_closed(ticket: Ticket) -> None:
    with pytest.raises(IntegrityError, match="one_ticket_not_closed_per_client"), transaction.atomic():
        Ticket.objects.create(
            client=ticket.client,
            inbox=ticket.inbox,
            status=status(1),
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
        )


def test_the_database_keeps_the_built_in_statuses_and_every_kind() -> None:
    with pytest.raises(IntegrityError, match="built-in"), transaction.atomic():
        Status.objects.filter(pk=2).delete()
    with pytest.raises(IntegrityError, match="kind of a status"), transaction.atomic():
        Status.objects.filter(pk=1).update(kind="closed")
    Status.objects.filter(pk=1).update(name="New")
    custom = Status.objects.create(name="Waiting", kind="open")
    custom.delete()


def test_the_journal_has_no_gap_and_the_ticket_knows_its_last_number(ticket: Ticket, anna: User) -> None:
    operations.take(ticket, staff=anna)
    message = operations.reply(ticket, staff=anna, content=Content(text="hi"))
    operations.begin_delivery(message.pk, claim=CLAIM)
    operations.settle_delivery(message.pk, claim=CLAIM, delivery=Message.Delivery.SENT)
    operations.set_status(ticket, status=status(3), staff=anna)
    ticket.refresh_from_db()
    seqs = list(ticket.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ticket.last_seq + 1))


def test_a_verb_refuses_to_be_part_of_another_transaction(ticket: Ticket, anna: User) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        operations.take(ticket, staff=anna)


def test_a_message_is_claimed_for_sending_once(ticket: Ticket, anna: User) -> None:
    message = operations.reply(ticket, staff=anna, content=Content(text="hi"), taking=True)
    assert operations.begin_delivery(message.pk, claim=CLAIM) is not None
    assert operations.begin_delivery(message.pk, claim=uuid.uuid4()) is None
    assert operations.begin_delivery(message.pk, claim=CLAIM) == message  # asked again by who has it


def test_sending_again_is_for_failed_and_unknown_messages_and_for_the_assignee(
    ticket: Ticket, anna: User, boris: User
) -> None:
    message = operations.reply(ticket, staff=anna, content=Content(text="hi"), taking=True)
    with pytest.raises(OperationRefused, match="on its way"):
        operations.send_again(message, staff=anna)
    operations.begin_delivery(message.pk, claim=CLAIM)
    operations.settle_delivery(
        message.pk, claim=CLAIM, delivery=Message.Delivery.UNKNOWN, error={"code": "no_answer"}
    )
    with pytest.raises(OperationRefused, match="anna has this ticket"):
        operations.send_again(message, staff=boris)
    assert operations.send_again(message, staff=anna).delivery == "queued"


def test_a_written_message_and_one_to_send_again_get_a_job_each_in_the_clients_lane(
    ticket: Ticket, anna: User
) -> None:
    message = operations.reply(ticket, staff=anna, content=Content(text="hi"), taking=True)
    operations.begin_delivery(message.pk, claim=CLAIM)
    operations.settle_delivery(
        message.pk, claim=CLAIM, delivery=Message.Delivery.FAILED, error={"code": "blocked"}
    )
    operations.send_again(message, staff=anna)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock, args->>'message_id' FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [(f"chat:{ticket.client_id}", str(message.pk))] * 2


def test_a_client_who_blocked_the_bot_is_marked_in_the_ticket(ticket: Ticket, anna: User) -> None:
    message = operations.reply(ticket, staff=anna, content=Content(text="hi"), taking=True)
    operations.begin_delivery(message.pk, claim=CLAIM)
    operations.settle_delivery(
        message.pk, claim=CLAIM, delivery=Message.Delivery.FAILED, error={"code": "blocked"}, unreachable=True
    )
    assert not Client.objects.get(pk=ticket.client_id).is_reachable
    assert kinds(ticket)[-1] == Kind.CLIENT_BLOCKED


def test_an_edit_keeps_the_version_before_and_an_edit_that_changes_nothing_leaves_no_trace(
    ticket: Ticket,
) -> None:
    message = make_message(ticket, text="first")
    with change() as opened:
        message.ticket = Ticket.objects.locked().get(pk=ticket.pk)
        assert steps.edit_message(opened, message, Content(text="second"), edited_at=opened.now)
        assert not steps.edit_message(opened, message, Content(text="second"), edited_at=opened.now)
    message.refresh_from_db()
    assert message.text == "second"
    assert [version.text for version in message.versions.all()] == ["first"]


def test_what_postgresql_cannot_store_is_replaced_not_refused(ticket: Ticket) -> None:
    message = make_message(ticket, text="a\x00b\ud83dc")
    message.refresh_from_db()
    assert message.text == "a\ufffdb\ufffdc"
    assert storable("😀 ok") == "😀 ok"


def test_a_status_that_was_removed_at_the_same_moment_is_refused_in_words(
    ticket: Ticket, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Status.objects.create(name="Waiting", kind="open")
    Status.objects.filter(pk=gone.pk).delete()
    set_status = steps.set_status

    def and_commit(*args: Any) -> None:
        set_status(*args)
        with connection.cursor() as cursor:  # as at the commit, which a test never comes to
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    monkeypatch.setattr(steps, "set_status", and_commit)
    with pytest.raises(OperationRefused, match="no longer exists"):
        operations.set_status(ticket, status=gone, staff=anna)


def test_the_files_of_a_reply_that_was_rolled_back_leave_the_disk(
    ticket: Ticket, anna: User, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    content = Content(files=[NewFile(name="a.txt", size=3, file=ContentFile(b"abc"))])
    operations.take(ticket, staff=anna)

    def broken(sender: object, **kwargs: Any) -> None:
        assert [path for path in tmp_path.rglob("*") if path.is_file()]
        raise RuntimeError("a receiver broke")

    ticket_changed.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            operations.reply(ticket, staff=anna, content=content)
    finally:
        ticket_changed.disconnect(broken)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    operations.reply(ticket, staff=anna, content=content)
    assert [path for path in tmp_path.rglob("*") if path.is_file()]


class TestRules:
    def test_a_ticket_is_born_assigned_and_stays_open(self, anna: User) -> None:
        client = make_client()
        rule = Rule.objects.create(client=client, assign_to=anna)
        ticket = make_ticket(client=client)
        ticket.refresh_from_db()
        assert (ticket.assignee, ticket.status_id) == (anna, Status.OPEN_ID)
        assert RuleRun.objects.get(rule=rule).outcome == "done"
        event = ticket.events.get(kind=Kind.TICKET_ASSIGNED)
        assert (event.actor, event.data["rule"]) == ("rule", rule.label)

    def test_a_rule_about_somebody_else_or_switched_off_does_nothing(self, anna: User) -> None:
        Rule.objects.create(client=make_client(), assign_to=anna)
        client = make_client()
        Rule.objects.create(client=client, assign_to=anna, enabled=False)
        assert make_ticket(client=client).assignee is None
        assert not RuleRun.objects.exists()

    def test_a_rule_for_somebody_who_left_is_skipped_and_says_why(self, anna: User) -> None:
        client = make_client()
        Rule.objects.create(client=client, assign_to=anna)
        User.objects.update(is_active=False)
        assert make_ticket(client=client).assignee is None
        assert RuleRun.objects.get().reason == "The employee is no longer active."

    def test_a_rule_that_fails_costs_neither_the_ticket_nor_the_next_rule(
        self, anna: User, boris: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = make_client()
        broken = Rule.objects.create(client=client, assign_to=anna, position=1)
        Rule.objects.create(assign_to=boris, position=2)
        assign = steps.assign

        def assign_but_not_anna(opened: Any, ticket: Ticket, assignee: User, actor: Any) -> None:
            assign(opened, ticket, assignee, actor)
            if assignee == anna:
                raise ValueError("broken after it wrote\0")

        announced: list[int] = []

        def receiver(sender: object, *, events: list[TicketEvent], **kwargs: Any) -> None:
            announced.extend(event.pk for event in events)

        monkeypatch.setattr(steps, "assign", assign_but_not_anna)
        ticket_changed.connect(receiver)
        try:
            ticket = make_ticket(client=client)
        finally:
            ticket_changed.disconnect(receiver)
        ticket.refresh_from_db()
        assert ticket.assignee == boris
        assert RuleRun.objects.get(rule=broken).outcome == "failed"
        assert kinds(ticket) == [Kind.TICKET_OPENED, Kind.TICKET_ASSIGNED]
        assert ticket.last_seq == 2
        # A row that was rolled back is announced to nobody: it could be a message that has no row.
        assert announced == list(ticket.events.order_by("seq").values_list("pk", flat=True))


class TestAnnouncing:
    def test_each_row_is_announced_once_in_rounds_until_nobody_adds_any(
        self, ticket: Ticket, anna: User
    ) -> None:
        heard: list[tuple[int, list[int]]] = []

        def receiver(
            sender: object, *, change: Any, events: list[TicketEvent], level: int, **kwargs: Any
        ) -> None:
            heard.append((level, [event.seq for event in events]))
            if level < 4:
                change.record(events[0].ticket, Kind.CLIENT_CHANGED, CLIENT)

        ticket_changed.connect(receiver)
        try:
            operations.take(ticket, staff=anna)
        finally:
            ticket_changed.disconnect(receiver)
        first = ticket.last_seq + 1
        assert heard == [(level, [first + level]) for level in range(5)]


class TestSearch:
    @pytest.mark.parametrize(
        "query",
        ["Ёлкин", "елкин", "@yolka", "YOLK", "лкин", "прилет", "самолёты", "самолет", "flights", "flight"],
    )
    def test_finds_by_name_user_name_and_words_in_any_form(self, query: str) -> None:
        found = make_ticket(client=make_client(name="Пётр Ёлкин", username="yolka"))
        make_message(found, text="Самолёт прилетит завтра, flights were late")
        other = make_ticket(client=make_client(name="John", username="john"))
        make_message(other, text="поезд")
        assert list(Ticket.objects.matching(query)) == [found]

    def test_finds_by_number_with_or_without_its_sign(self, ticket: Ticket) -> None:
        make_ticket()
        for query in (f"{ticket.pk}", f"#{ticket.pk}", f"  #{ticket.pk} "):
            assert ticket in Ticket.objects.matching(query)

    @pytest.mark.parametrize(
        "query", ["%", "'", "\\", "a & | b", "!!", "#999999999999999999999999", "9" * 5000, "ъ" * 5000]
    )
    def test_no_input_is_an_error(self, query: str, ticket: Ticket) -> None:
        assert list(Ticket.objects.matching(query)) == []
