"""All messages that failed to reach a client, sent again at once: in order, by who may answer."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from staff.models import User
from tests import factories
from tests.tickets.cast import browser_of
from tickets import operations
from tickets.models import Message, Status, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna")


@pytest.fixture
def ticket(anna: User) -> Ticket:
    return factories.make_ticket(status=Status.IN_PROGRESS_ID, assignee=anna)


def settled(ticket: Ticket, anna: User, text: str, delivery: str, code: str = "blocked") -> Message:
    message = factories.make_message(ticket, text=text, author=anna)
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery(delivery), error={"code": code}
    )
    ProcrastinateJob.objects.all().delete()
    return message


def post(browser: Any, ticket: Ticket, **headers: Any) -> Any:
    return browser.post(reverse("client-send-again", args=[ticket.client_id]), **headers)


def test_they_are_queued_in_order_and_what_is_doubtful_is_left_to_a_person(
    anna: User, ticket: Ticket
) -> None:
    failed = [settled(ticket, anna, f"{number}", "failed") for number in range(3)]
    doubtful = settled(ticket, anna, "perhaps", "unknown", "no_answer")
    answer = post(browser_of(anna), ticket, **JSON)
    assert answer.json() == {"ok": True, "queued": 3, "refused": 0}
    jobs = ProcrastinateJob.objects.order_by("id").values_list("args__message_id", flat=True)
    assert list(jobs) == [message.pk for message in failed]
    doubtful.refresh_from_db()
    assert doubtful.delivery == "unknown"


def test_those_of_a_ticket_that_one_may_not_answer_are_counted_and_left(anna: User, ticket: Ticket) -> None:
    settled(ticket, anna, "in the earlier ticket", "failed")
    operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)
    later = factories.make_ticket(client=ticket.client, status=Status.IN_PROGRESS_ID, assignee=anna)
    settled(later, anna, "in this one", "failed")
    result = operations.send_all_again(ticket.client, staff=anna)
    assert (result.queued, result.refused) == (1, 1)
    assert not ProcrastinateJob.objects.exclude(args__message_id=later.messages.get().pk).exists()


def test_an_earlier_ticket_that_is_at_work_holds_nothing_up(anna: User, ticket: Ticket) -> None:
    """Ingest locks the open ticket first: the other way round, two would wait for each other."""
    settled(ticket, anna, "in the earlier ticket", "failed")
    operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)
    later = factories.make_ticket(client=ticket.client, status=Status.IN_PROGRESS_ID, assignee=anna)
    settled(later, anna, "in this one", "failed")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Ticket.objects.locked().get(pk=ticket.pk)
            held.set()
            done.wait(20)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(20)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        assert operations.send_all_again(ticket.client, staff=anna).queued == 1
    finally:
        done.set()
        holding.join()
        connection.close()


def test_a_colleague_is_refused_with_words(anna: User, ticket: Ticket) -> None:
    message = settled(ticket, anna, "Hello", "failed")
    answer = post(browser_of(factories.make_user("boris")), ticket, **JSON)
    assert answer.status_code == 409
    assert "only who has its ticket in progress" in answer.json()["error"]
    message.refresh_from_db()
    assert message.delivery == "failed"


def test_without_scripts_one_is_back_at_the_ticket_and_told(anna: User, ticket: Ticket) -> None:
    settled(ticket, anna, "Hello", "failed")
    answer = browser_of(anna).post(reverse("client-send-again", args=[ticket.client_id]), follow=True)
    assert answer.redirect_chain == [(reverse("ticket", args=[ticket.pk]), 302)]
    assert "1 message is sent again." in answer.content.decode()


def test_the_clients_card_offers_it_to_who_may_and_says_what_to_do(anna: User, ticket: Ticket) -> None:
    address = reverse("client-send-again", args=[ticket.client_id])
    page = browser_of(anna).get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert address not in page
    settled(ticket, anna, "Hello", "failed")
    page = browser_of(anna).get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert f'formaction="{address}"' in page
    assert "1 message did not reach them" in page
    assert "Nothing reaches them until they unblock it" in page
    page = browser_of(factories.make_user("boris")).get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert "1 message did not reach them" in page
    assert address not in page


def test_it_takes_a_signed_in_employee_and_a_post(anna: User, ticket: Ticket) -> None:
    assert post(browser_of(None), ticket, **JSON).status_code == 401
    address = reverse("client-send-again", args=[ticket.client_id])
    assert browser_of(anna).get(address).status_code == 405
