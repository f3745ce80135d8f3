"""An invitation: a link that makes its bearer an employee, once, until it expires."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models.people import User
from staff.roles import Role


class Invitation(models.Model):
    """Only the hash of the link's token is kept: who reads the database can't use it."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, blank=True, default="")
    email = models.EmailField(_("email address"), blank=True, default="")
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.AGENT)
    invited_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name or self.email or f"#{self.pk}"
