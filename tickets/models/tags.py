"""Words that staff put on tickets and clients to find them again."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from staff.colours import Colour


class Tag(models.Model):
    """One of the desk's tags; the same ones for tickets and for clients."""

    name = models.CharField(_("name"), max_length=40)
    colour = models.CharField(_("colour"), max_length=16, choices=Colour, default=Colour.SECONDARY)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="tag_name_unique",
                violation_error_message=_("There is a tag of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
