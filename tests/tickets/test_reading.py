"""How far each employee has read: marks by form, in the list, on the page."""

import re
from typing import Any

import pytest
from django.urls import reverse

from staff.models import User
from tests import factories
from tests.tickets.cast import browser_of, receive
from tickets import operations, reading
from tickets.content import Content
from tickets.models import ReadMark, Status, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: User) -> Ticket:
    return factories.make_ticket(text="first", assignee=anna, status=Status.IN_PROGRESS_ID)


def unread_in_list(user: User) -> dict[int, int]:
    html = browser_of(user).get(reverse("ticket-list")).content.decode()
    return {
        int(pk): int(number) for pk, number in re.findall(r'id="ticket-(\d+)"[^>]* data-unread="(\d+)"', html)
    }


def badge(user: User, query: str = "") -> int:
    html = browser_of(user).get(reverse("ticket-list") + query).content.decode()
    found = re.search(r'id="inbox"[^>]* data-unread="(\d+)"', html)
    assert found
    return int(found[1])


def test_each_employee_has_their_own_number_of_unread_messages(anna: User, ticket: Ticket) -> None:
    boris = factories.make_user("boris")
    receive(ticket, Content(text="second"))
    third = receive(ticket, Content(text="third"))
    reading.mark_read(anna.pk, ticket.pk, third.seq - 1)
    assert unread_in_list(anna) == {ticket.pk: 1}
    assert unread_in_list(boris) == {ticket.pk: 3}


def test_an_answer_of_a_colleague_is_not_unread(anna: User, ticket: Ticket) -> None:
    reading.mark_read(anna.pk, ticket.pk, 10_000)
    factories.make_message(ticket, text="answer", author=anna)
    assert unread_in_list(anna) == {}


def test_a_mark_only_moves_forward_and_never_past_the_end(anna: User, ticket: Ticket) -> None:
    browser, address = browser_of(anna), reverse("ticket-read", args=[ticket.pk])
    for seq in (2, 1, 2**62):
        assert browser.post(address, {"seq": seq}, headers={"HX-Request": "true"}).json()["ok"]
    assert ReadMark.objects.get().seq == Ticket.objects.get().last_seq
    browser.post(address, {"seq": 1})
    assert ReadMark.objects.get().seq == Ticket.objects.get().last_seq
    for rubbish in ("", "-1", "x", "9" * 40):
        assert browser.post(address, {"seq": rubbish}, headers={"HX-Request": "true"}).status_code == 400


def test_marking_as_unread_brings_back_the_last_message_of_the_client(anna: User, ticket: Ticket) -> None:
    receive(ticket, Content(text="second"))
    reading.mark_read(anna.pk, ticket.pk, 10_000)
    factories.make_message(ticket, text="answer", author=anna)
    response = browser_of(anna).post(reverse("ticket-unread", args=[ticket.pk]))
    assert response.status_code == 302
    assert unread_in_list(anna) == {ticket.pk: 1}


def test_the_badge_counts_mine_and_nobodys_tickets_also_when_the_list_is_empty(
    anna: User, ticket: Ticket
) -> None:
    factories.make_ticket(text="nobody's")
    factories.make_ticket(text="boris's", assignee=factories.make_user("boris"))
    read = factories.make_ticket(text="read")
    reading.mark_read(anna.pk, read.pk, 10_000)
    assert badge(anna) == 2
    assert badge(anna, "?q=nothinglikethis") == 2


def test_a_closed_ticket_has_nothing_unread(anna: User) -> None:
    factories.make_ticket(text="over", assignee=anna, status=Status.CLOSED_ID)
    assert (unread_in_list(anna), badge(anna)) == ({}, 0)


def test_the_page_divides_what_is_new_and_reading_it_writes_nothing(anna: User, ticket: Ticket) -> None:
    reading.mark_read(anna.pk, ticket.pk, 10_000)
    second = receive(ticket, Content(text="second"))
    html = browser_of(anna).get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert re.search(rf'id="first-unread"[^§]*?</div>\s*<article id="message-{second.pk}"', html)
    assert html.count('id="first-unread"') == 1
    assert ReadMark.objects.get().seq < second.seq
    reading.mark_read(anna.pk, ticket.pk, second.seq)
    assert (
        'id="first-unread"' not in browser_of(anna).get(reverse("ticket", args=[ticket.pk])).content.decode()
    )


def test_a_page_opens_at_what_is_unread_however_far_back_it_is(anna: User, ticket: Ticket) -> None:
    reading.mark_read(anna.pk, ticket.pk, 10_000)
    first = receive(ticket, Content(text="the first new one"))
    for number in range(80):
        receive(ticket, Content(text=f"more {number}"))
    html = browser_of(anna).get(reverse("ticket", args=[ticket.pk])).content.decode()
    assert f'id="message-{first.pk}"' in html


def test_who_may_not_see_a_ticket_has_no_mark_in_it(ticket: Ticket) -> None:
    outsider: Any = factories.make_user("outsider", scope=User.Scope.INBOXES)
    for name in ("ticket-read", "ticket-unread"):
        response = browser_of(outsider).post(reverse(name, args=[ticket.pk]), {"seq": 1})
        assert response.status_code == 404
    assert not ReadMark.objects.exists()


def test_a_reply_to_what_a_colleague_answered_meanwhile_asks_first_and_may_go_anyway(
    anna: User, ticket: Ticket
) -> None:
    boris = factories.make_user("boris", first_name="Boris")
    seen = Ticket.objects.get().last_seq
    factories.make_message(ticket, text="mine is first", author=anna)
    operations.assign(ticket, assignee=boris, staff=anna)
    browser, address = browser_of(boris), reverse("ticket-reply", args=[ticket.pk])
    typed: dict[str, Any] = {"text": "mine too", "seen": seen}
    refused = browser.post(address, typed, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["newer"]) == (409, True)
    assert "Anna" in refused.json()["error"]
    page = browser.post(address, typed)
    assert page.status_code == 409
    assert "mine too" in page.content.decode()
    assert not ticket.messages.filter(author=boris).exists()
    sent = browser.post(address, {**typed, "anyway": "1"}, headers={"Accept": "application/json"})
    assert sent.json()["ok"]
    again = browser.post(address, {**typed, "text": "and more", "seen": seen + 1}).status_code
    assert again == 302, "one's own reply is no news, nor is what was seen"
