"""What was changed in the settings: by whom, when, from what to what. Tickets have their journal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models.people import User


class AuditEntry(models.Model):
    """One change of a setting, rule, role, bot … Never edited; its words outlive what it is about."""

    class Action(models.TextChoices):
        ADDED = "added", _("Added")
        CHANGED = "changed", _("Changed")
        REMOVED = "removed", _("Removed")
        DEACTIVATED = "deactivated", _("Deactivated")
        ACTIVATED = "activated", _("Activated")
        INVITED = "invited", _("Invited")

    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("employee")
    )
    # As they were called then.
    actor_name = models.CharField(max_length=300, blank=True, default="")
    action = models.CharField(_("action"), max_length=16, choices=Action)
    # "tickets.status", and its id; the object may be long gone.
    object_type = models.CharField(_("kind"), max_length=64)
    object_id = models.BigIntegerField(null=True, blank=True)
    object_name = models.CharField(_("name"), max_length=300, blank=True, default="")
    # {"field": [before, after]}; secrets are told as changed only.
    changes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        ordering = ["-pk"]
        indexes = [
            # The audit page, narrowed to what it is about.
            models.Index(fields=["object_type", "-id"], name="audit_by_object_type"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.object_name}"
