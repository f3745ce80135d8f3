"""A ticket, and the statuses it can have."""

from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from staff.colours import Colour
from staff.models import Team, User
from staff.roles import WORK
from tickets.models.clients import Client, Inbox
from tickets.models.tags import Tag
from tickets.querysets import StatusQuerySet, TicketQuerySet


class Status(models.Model):
    """A named state of a ticket. Its kind decides what may be done; a database trigger keeps the kind
    unchanged and the three built-in rows (ids 1, 2, 3) in place."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        CLOSED = "closed", _("Closed")

    Colour = Colour

    OPEN_ID, IN_PROGRESS_ID, CLOSED_ID = 1, 2, 3
    BUILT_IN_IDS = (OPEN_ID, IN_PROGRESS_ID, CLOSED_ID)

    name = models.CharField(_("name"), max_length=60)
    name_ru = models.CharField(_("name in Russian"), max_length=60, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    colour = models.CharField(_("colour"), max_length=16, choices=Colour, default=Colour.SECONDARY)
    position = models.PositiveIntegerField(_("position"), default=100)

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["open", "in_progress", "closed"]), name="status_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        if (translation.get_language() or "").startswith("ru") and self.name_ru:
            return self.name_ru
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.kind == self.Kind.CLOSED

    @property
    def is_in_progress(self) -> bool:
        return self.kind == self.Kind.IN_PROGRESS


class Ticket(models.Model):
    """One conversation about one matter. Changed only by tickets/steps.py, under its row lock."""

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")
        URGENT = 4, _("Urgent")

    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("client")
    )
    # The client's; here too, so that lists, limits and counts need no join.
    inbox = models.ForeignKey(
        Inbox,
        on_delete=models.PROTECT,
        related_name="tickets",
        verbose_name=_("inbox"),
        editable=False,
    )
    status = models.ForeignKey(
        Status, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("status")
    )
    assignee = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("team"),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL, db_default=2
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True, default="", db_default="")
    tags = models.ManyToManyField(Tag, related_name="tickets", blank=True, verbose_name=_("tags"))
    # Put aside since, and until; without an end, until the client writes (which always ends it).
    snoozed_at = models.DateTimeField(_("snoozed"), null=True, blank=True, editable=False)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True, editable=False)
    # Since when the client waits for an answer: their first message after staff's last one.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)
    # The journal number of the client's last message: who has read less has something unread.
    last_in_seq = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    # Where the client came from: the payload of the /start link before the ticket opened.
    source = models.CharField(_("source"), max_length=64, blank=True, default="")
    last_message = models.ForeignKey(
        "tickets.Message", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    last_seq = models.PositiveBigIntegerField(_("last journal number"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("updated"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(closed_at__isnull=True),
                name="one_ticket_not_closed_per_client",
            ),
        ]
        permissions = [("manage_desk", "Can manage teams, tags, and what is shared with all")]
        indexes = [
            # The views of what is not closed: far fewer rows than all that a person or an inbox ever had.
            models.Index(
                F("updated_at").desc(),
                F("id").desc(),
                condition=Q(closed_at__isnull=True),
                name="ticket_open_by_updated",
            ),
            models.Index(
                "assignee",
                F("updated_at").desc(),
                F("id").desc(),
                condition=Q(closed_at__isnull=True),
                name="ticket_open_by_assignee",
            ),
            models.Index("inbox", F("updated_at").desc(), F("id").desc(), name="ticket_by_inbox_updated"),
            models.Index("team", F("updated_at").desc(), F("id").desc(), name="ticket_by_team_updated"),
            # Who waits longest, and what comes back when.
            models.Index(
                fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="ticket_by_waiting"
            ),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_at__isnull=False), name="ticket_by_snooze"
            ),
            # The list, both orders both ways, alone and below each of its two filters.
            models.Index(F("updated_at").desc(), F("id").desc(), name="ticket_by_updated"),
            models.Index(F("created_at").desc(), F("id").desc(), name="ticket_by_created"),
            models.Index("status", F("updated_at").desc(), F("id").desc(), name="ticket_by_status_updated"),
            models.Index("status", F("created_at").desc(), F("id").desc(), name="ticket_by_status_created"),
            models.Index(
                "assignee", F("updated_at").desc(), F("id").desc(), name="ticket_by_assignee_updated"
            ),
            models.Index(
                "assignee", F("created_at").desc(), F("id").desc(), name="ticket_by_assignee_created"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_at is not None

    def can_be_answered_by(self, staff: User) -> bool:
        """Only the assignee of a ticket in progress can reply. The page asks; the operation enforces."""
        is_theirs = self.assignee_id == staff.pk and self.status.is_in_progress
        return is_theirs and staff.is_active and staff.has_perm(WORK)

    def can_be_taken_by(self, staff: User) -> bool:
        """Nobody has it, or it is one's own and waits to be begun."""
        if self.is_closed or not staff.has_perm(WORK):
            return False
        return self.assignee_id is None or (self.assignee_id == staff.pk and not self.status.is_in_progress)
