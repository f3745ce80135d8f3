"""The journal: every change of every ticket, numbered within the ticket."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.messages import Message
from tickets.models.tickets import Ticket
from tickets.querysets import TicketEventQuerySet


class TicketEvent(models.Model):
    """One change of one ticket. Written by a step in the change's own transaction; never edited."""

    class Kind(models.TextChoices):
        TICKET_OPENED = "ticket_opened", _("Ticket opened")
        TICKET_TAKEN = "ticket_taken", _("Ticket taken")
        TICKET_ASSIGNED = "ticket_assigned", _("Ticket assigned")
        TICKET_UNASSIGNED = "ticket_unassigned", _("Ticket unassigned")
        STATUS_CHANGED = "status_changed", _("Status changed")
        TICKET_CLOSED = "ticket_closed", _("Ticket closed")
        TICKET_REOPENED = "ticket_reopened", _("Ticket reopened")
        TEAM_CHANGED = "team_changed", _("Team changed")
        PRIORITY_CHANGED = "priority_changed", _("Priority changed")
        TAGS_CHANGED = "tags_changed", _("Tags changed")
        SUBJECT_CHANGED = "subject_changed", _("Subject changed")
        TICKET_SNOOZED = "ticket_snoozed", _("Ticket snoozed")
        TICKET_WOKEN = "ticket_woken", _("Ticket came back")
        NOTE_ADDED = "note_added", _("Note written")
        MESSAGE_RECEIVED = "message_received", _("Message received")
        MESSAGE_QUEUED = "message_queued", _("Message written")
        MESSAGE_EDITED = "message_edited", _("Message edited")
        MESSAGE_EXTENDED = "message_extended", _("Album extended")
        MESSAGE_DELETED = "message_deleted", _("Message deleted")
        REACTION_CHANGED = "reaction_changed", _("Reaction changed")
        BUTTON_PRESSED = "button_pressed", _("Button pressed")
        TICKET_RATED = "ticket_rated", _("Ticket rated")
        AMENDMENT_CHANGED = "amendment_changed", _("Change of a message")
        DELIVERY_CHANGED = "delivery_changed", _("Delivery changed")
        ATTACHMENT_CHANGED = "attachment_changed", _("File fetched")
        CLIENT_STARTED = "client_started", _("Client came by a link")
        CLIENT_BLOCKED = "client_blocked", _("Client blocked the bot")
        CLIENT_UNBLOCKED = "client_unblocked", _("Client unblocked the bot")
        CLIENT_BANNED = "client_banned", _("Client banned")
        CLIENT_UNBANNED = "client_unbanned", _("Client no longer banned")
        CLIENT_CHANGED = "client_changed", _("Client's profile changed")

    class Actor(models.TextChoices):
        STAFF = "staff", _("Employee")
        CLIENT = "client", _("Client")
        RULE = "rule", _("Rule")
        SYSTEM = "system", _("System")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="events", verbose_name=_("ticket")
    )
    seq = models.PositiveBigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    actor = models.CharField(_("by"), max_length=8, choices=Actor)
    staff = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("employee")
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("message"),
    )
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("when"))

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal row")
        verbose_name_plural = _("journal")
        ordering = ["ticket_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="event_number_once_per_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}. {self.get_kind_display()}"
