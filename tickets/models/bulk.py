"""The same change of many tickets at once: a job, with what became of each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.tickets import Ticket


class BulkChange(models.Model):
    """Asked for by one person for tickets they chose; done ticket by ticket, each by its own verb."""

    class Verb(models.TextChoices):
        ASSIGN = "assign", _("Assign")
        STATUS = "status", _("Status")
        TEAM = "team", _("Team")
        PRIORITY = "priority", _("Priority")
        TAG = "tag", _("Add a tag")
        UNTAG = "untag", _("Remove a tag")
        SNOOZE = "snooze", _("Snooze")
        UNDO = "undo", _("Undo")

    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bulk_changes")
    verb = models.CharField(_("change"), max_length=8, choices=Verb)
    # What it needs: {"assignee": 3}, {"status": 2}, {"until": "2026-11-28T10:00:00Z"}.
    data = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="undone_by"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.get_verb_display())


class BulkItem(models.Model):
    """One ticket of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        UNCHANGED = "unchanged", _("Nothing to change")
        REFUSED = "refused", _("Refused")

    bulk = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="items")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    # Why it was refused, in the words of the person who asked.
    words = models.TextField(blank=True, default="")
    # What it was before and the journal number right after: undone only if nothing happened since.
    before = models.JSONField(default=dict, blank=True)
    seq_after = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("ticket of a bulk change")
        verbose_name_plural = _("tickets of a bulk change")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bulk", "ticket"], name="bulk_item_once")]

    def __str__(self) -> str:
        return f"#{self.ticket_id}: {self.get_state_display()}"
