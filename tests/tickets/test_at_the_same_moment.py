"""Two people, or a person and a client, at the same moment: one waits for the other, none meets an error."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, connection, connections

from rules.models import Rule
from rules.operations import remove
from staff.models import User
from tests.factories import CLAIM, make_client, make_message, make_ticket, make_user
from tickets import operations, steps
from tickets.content import Content
from tickets.errors import OperationRefused
from tickets.journal import by_staff, change
from tickets.models import Message, Status, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each of `calls` returned, or the exception it raised, when all began together."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            together.wait(10)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_what_many_say_in_one_ticket_is_all_there_and_numbered_without_a_gap() -> None:
    anna = make_user("anna")
    ticket = make_ticket(assignee=anna, status=Status.IN_PROGRESS_ID)

    def client() -> None:
        for number in range(10):
            make_message(ticket, text=f"client {number}")

    def staff() -> None:
        for number in range(10):
            make_message(ticket, text=f"staff {number}", author=anna)

    assert at_once(client, staff, client) == [None, None, None]
    ticket.refresh_from_db()
    assert ticket.messages.count() == 30
    seqs = list(ticket.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ticket.last_seq + 1))


def test_of_two_who_take_a_ticket_one_has_it_and_the_other_is_told_who() -> None:
    people: list[User] = [make_user("anna"), make_user("boris")]
    for _ in range(5):
        ticket = make_ticket()
        calls = [partial(operations.take, ticket, staff=person) for person in people]
        refusals = [found for found in at_once(*calls) if isinstance(found, Exception)]
        ticket.refresh_from_db()
        assert ticket.assignee is not None
        assert [str(refusal) for refusal in refusals] == [f"{ticket.assignee.name} already has this ticket."]


@pytest.mark.parametrize("delivery", ["sent", "unknown"])
def test_a_delivery_is_settled_while_the_status_changes(delivery: str) -> None:
    anna = make_user("anna")
    ticket = make_ticket(assignee=anna, status=Status.IN_PROGRESS_ID)
    message = make_message(ticket, author=anna)
    operations.begin_delivery(message.pk, claim=CLAIM)
    holds = threading.Event()

    def close() -> None:
        with change() as closing:
            locked = Ticket.objects.locked().get(pk=ticket.pk)
            steps.set_status(closing, locked, Status.objects.get(pk=Status.CLOSED_ID), by_staff(anna))
            holds.set()
            _wait_until_somebody_waits()

    def settle() -> None:
        holds.wait(10)
        operations.settle_delivery(message.pk, claim=CLAIM, delivery=Message.Delivery(delivery))

    assert at_once(close, settle) == [None, None]
    message.refresh_from_db()
    assert (message.delivery, message.ticket.is_closed) == (delivery, True)


def test_reopening_while_the_client_opens_a_new_ticket_is_refused_in_words() -> None:
    anna, client = make_user("anna"), make_client()
    ticket = make_ticket(client=client, status=Status.CLOSED_ID)
    opened = threading.Event()

    def write() -> None:
        with change() as opening:
            newer = steps.open_ticket(opening, client)
            steps.receive_message(opening, newer, Content(text="again"), written_at=opening.now)
            opened.set()
            _wait_until_somebody_waits()

    def reopen() -> None:
        opened.wait(10)
        operations.set_status(ticket, status=Status.objects.get(pk=Status.OPEN_ID), staff=anna)

    written, refusal = at_once(write, reopen)
    assert written is None
    assert isinstance(refusal, OperationRefused)
    assert "newer ticket" in str(refusal)
    ticket.refresh_from_db()
    assert ticket.is_closed
    assert Ticket.objects.open().count() == 1


def _wait_until_somebody_waits() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for this transaction")


def test_a_rule_is_removed_while_it_runs_and_neither_the_ticket_nor_the_person_meets_an_error() -> None:
    for _ in range(5):
        client = make_client()
        rule = Rule.objects.create(client=client, assign_to=make_user())
        ran, removed = at_once(partial(make_ticket, client=client), partial(remove, rule))
        assert removed is None
        # Ingest meets the constraint at its commit, and applies the update again.
        assert isinstance(ran, Ticket | IntegrityError)
        assert not Rule.objects.filter(pk=rule.pk).exists()
