"""What each employee has of a ticket for themselves: how far they read, what they wrote, who called them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.messages import Message
from tickets.models.tickets import Ticket


class ReadMark(models.Model):
    """How far somebody has read: everything up to journal number `seq`. No row: nothing yet."""

    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="read_marks")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="read_marks")
    seq = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = [models.UniqueConstraint(fields=["staff", "ticket"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.staff_id}: {self.ticket_id} ≤ {self.seq}"


class Draft(models.Model):
    """What somebody was writing in a ticket, on whichever device; an answer and a note are two drafts."""

    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    is_note = models.BooleanField(default=False)
    text = models.TextField(blank=True, default="")
    # The message it answers, and how far the conversation was known when it was begun.
    reply_to = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    seen_seq = models.PositiveBigIntegerField(default=0)
    # Counts its changes: an older device's text never replaces a newer one's.
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["staff", "ticket", "is_note"], name="draft_once")]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """Somebody was called in a note: @anna."""

    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mentions")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["staff", "message"], name="mention_once")]
        indexes = [
            # The view "mentioned me".
            models.Index(fields=["staff", "ticket"], name="mention_by_staff"),
        ]

    def __str__(self) -> str:
        return f"@{self.staff_id}"
