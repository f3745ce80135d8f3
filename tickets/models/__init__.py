"""What the desk remembers: clients, tickets, messages with their files, and the journal of every change."""

from tickets.models.bulk import BulkChange, BulkItem
from tickets.models.clients import Client, Inbox
from tickets.models.events import TicketEvent
from tickets.models.messages import Amendment, Attachment, Message, MessageVersion
from tickets.models.notifications import Notification, NotificationSettings
from tickets.models.personal import Draft, Mention, ReadMark
from tickets.models.ratings import Rating
from tickets.models.shared import Audience, CannedFile, CannedReply, SavedView
from tickets.models.tags import Tag
from tickets.models.tickets import Status, Ticket

__all__ = [
    "Amendment",
    "Attachment",
    "Audience",
    "BulkChange",
    "BulkItem",
    "CannedFile",
    "CannedReply",
    "Client",
    "Draft",
    "Inbox",
    "Mention",
    "Message",
    "MessageVersion",
    "Notification",
    "NotificationSettings",
    "Rating",
    "ReadMark",
    "SavedView",
    "Status",
    "Tag",
    "Ticket",
    "TicketEvent",
]
