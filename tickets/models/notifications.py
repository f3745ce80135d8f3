"""What an employee is told of: the bell's list, and what each of them wants to hear."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.messages import Message
from tickets.models.tickets import Ticket


class Notification(models.Model):
    """Something that concerns one employee. Written in the change's own transaction."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("A ticket was given to you")
        MESSAGE = "message", _("A client wrote in your ticket")
        MENTION = "mention", _("You were mentioned")
        # Told to open pages only, never a row: the view "Unassigned" lists them, for everybody.
        NEW_TICKET = "new_ticket", _("A new ticket nobody has")
        FAILED = "failed", _("Your answer was not delivered")
        SNOOZE_OVER = "snooze_over", _("A snoozed ticket came back")
        TEAM = "team", _("A ticket was given to your team")
        RULE = "rule", _("A rule asks you to look")
        RULE_PAUSED = "rule_paused", _("A rule of yours ran too often and rests")

    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Who did it, when it was a colleague.
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The journal number of what it tells: read up to there, it is read too.
    seq = models.PositiveBigIntegerField(default=0, db_default=0)
    # How many there are of it since it was last read: five messages of a client are one row.
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        constraints = [
            # What is unread grows instead of becoming more rows.
            models.UniqueConstraint(
                fields=["staff", "ticket", "kind"],
                condition=models.Q(read_at__isnull=True),
                name="notification_unread_once",
            )
        ]
        indexes = [
            models.Index(fields=["staff", "-created_at", "-id"], name="notification_list"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class NotificationSettings(models.Model):
    """What somebody wants to hear; no row: as it is by default."""

    staff = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notification_settings")
    sound = models.BooleanField(_("sound"), default=True)
    desktop = models.BooleanField(_("desktop notifications"), default=False)
    # Kinds that are not told; all others are.
    muted = models.JSONField(_("muted"), default=list, blank=True)
    # In their own time zone; from 22:00 to 08:00 goes over midnight. Both or neither.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")

    def __str__(self) -> str:
        return str(self.staff_id)
