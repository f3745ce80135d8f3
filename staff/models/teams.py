"""A team: employees who share tickets, saved views and canned replies."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from staff.colours import Colour
from staff.models.people import User


class Team(models.Model):
    """Tickets can be given to it as a whole; who is limited to their teams sees only those."""

    name = models.CharField(_("name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=16, choices=Colour, default=Colour.BLUE)
    members = models.ManyToManyField(User, related_name="teams", blank=True, verbose_name=_("members"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="team_name_unique",
                violation_error_message=_("There is a team of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
