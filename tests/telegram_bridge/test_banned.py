"""What a banned client sends is kept, opens no ticket, and is answered by nobody."""

import pytest

from telegram_bridge import greeting
from tests.factories import make_client, make_user
from tests.telegram_bridge.updates import CLIENT, Inbound, close, jobs, kinds, received, text
from tickets import client_changes
from tickets.models import Client, Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

Kind = TicketEvent.Kind


def ban(client: Client) -> None:
    client_changes.set_banned(client, banned=True, staff=make_user())


def test_into_the_open_ticket(inbound: Inbound) -> None:
    first = received(inbound, text("one"))
    ban(first.ticket.client)
    before = Ticket.objects.get()
    second = received(inbound, text("two"))
    assert second.ticket == first.ticket
    after = Ticket.objects.get()
    assert (after.last_in_seq, after.updated_at) == (before.last_in_seq, before.updated_at)


def test_into_the_last_ticket_when_all_are_closed(inbound: Inbound) -> None:
    first = received(inbound, text("one"))
    close(first.ticket)
    ban(first.ticket.client)
    second = received(inbound, text("two"))
    assert second.ticket == first.ticket
    assert Ticket.objects.get().is_closed
    assert TicketEvent.objects.get(message=second).data["banned"] is True


def test_into_one_born_closed_when_there_is_none(inbound: Inbound) -> None:
    client = make_client(inbox=inbound.bot.inbox, external_id=CLIENT)
    ban(client)
    message = received(inbound, text("one"))
    assert Ticket.objects.get().is_closed
    assert kinds(message.ticket) == [Kind.TICKET_CLOSED, Kind.MESSAGE_RECEIVED]
    assert received(inbound, text("two")).ticket == message.ticket


def test_after_the_ban_is_lifted_the_next_message_opens_a_ticket(inbound: Inbound) -> None:
    first = received(inbound, text("one"))
    close(first.ticket)
    ban(first.ticket.client)
    received(inbound, text("two"))
    client_changes.set_banned(first.ticket.client, banned=False, staff=make_user())
    assert received(inbound, text("three")).ticket != first.ticket
    assert Message.objects.count() == 3


def test_nobody_greets_them(inbound: Inbound) -> None:
    received(inbound, text("one"))
    client = Client.objects.get()
    ban(client)
    assert greeting._addressee(inbound.bot.pk, client.pk) is None, "queued before the ban"
    inbound.apply(text("/start"))
    assert jobs("greet") == []
