"""The tickets of somebody who left are nobody's again, and the conversation says so."""

import pytest

from staff.models import User
from tests import factories
from tests.tickets.cast import browser_of
from tickets import leaving, operations
from tickets.models import Status, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def test_open_tickets_are_handed_back_visibly_and_closed_ones_stay() -> None:
    anna, boris = factories.make_user("anna", first_name="Anna"), factories.make_user("boris")
    working = factories.make_ticket(text="a", assignee=anna, status=Status.IN_PROGRESS_ID)
    waiting = factories.make_ticket(text="b", assignee=anna)
    closed = factories.make_ticket(text="c", assignee=anna, status=Status.CLOSED_ID)
    his = factories.make_ticket(text="d", assignee=boris)
    assert leaving.hand_back() == 0
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert leaving.hand_back() == 2
    for pk in (working.pk, waiting.pk):
        ticket = Ticket.objects.get(pk=pk)
        assert (ticket.assignee, ticket.status_id) == (None, Status.OPEN_ID)
    assert Ticket.objects.get(pk=closed.pk).assignee == anna
    assert Ticket.objects.get(pk=his.pk).assignee == boris
    event = TicketEvent.objects.filter(ticket=working, kind="ticket_unassigned").get()
    assert event.actor == "system"
    page = browser_of(boris).get(f"/tickets/{working.pk}/").content.decode()
    assert "The ticket was taken away from Anna" in page
    assert leaving.hand_back() == 0


def test_what_a_colleague_was_given_meanwhile_stays_theirs() -> None:
    anna, boris = factories.make_user("anna"), factories.make_user("boris")
    ticket = factories.make_ticket(text="a", assignee=anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    operations.assign(ticket, assignee=boris, staff=boris)
    assert leaving.hand_back() == 0
    assert Ticket.objects.get(pk=ticket.pk).assignee == boris
