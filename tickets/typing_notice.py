"""Tells the client that somebody is typing an answer. No verb and no journal row: nothing of it is kept."""

from staff.models import User
from tickets.models import Ticket
from tickets.signals import staff_types


def tell_typing(ticket_id: int, *, staff: User) -> bool:
    """Whether it was told: only the one who may answer types for the client, and only to one who can be
    reached. May be called with each key; the bridge says it every five seconds at most."""
    ticket = Ticket.objects.select_related("client", "status").filter(pk=ticket_id).first()
    if ticket is None or not staff.is_active or not ticket.can_be_answered_by(staff):
        return False
    if not ticket.client.is_reachable:
        return False
    staff_types.send(sender=Ticket, ticket=ticket)
    return True
