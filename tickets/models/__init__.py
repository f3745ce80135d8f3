"""What the desk remembers: clients, tickets, messages with their files, and the journal of every change."""

from tickets.models.clients import Client, Inbox
from tickets.models.events import TicketEvent
from tickets.models.messages import Amendment, Attachment, Message, MessageVersion
from tickets.models.tickets import Status, Ticket

__all__ = [
    "Amendment",
    "Attachment",
    "Client",
    "Inbox",
    "Message",
    "MessageVersion",
    "Status",
    "Ticket",
    "TicketEvent",
]
