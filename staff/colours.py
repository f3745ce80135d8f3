"""The colours that a status, a tag or a team can have: names of Tabler's palette."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Colour(models.TextChoices):
    AZURE = "azure", _("Azure")
    BLUE = "blue", _("Blue")
    CYAN = "cyan", _("Cyan")
    GREEN = "green", _("Green")
    INDIGO = "indigo", _("Indigo")
    LIME = "lime", _("Lime")
    ORANGE = "orange", _("Orange")
    PINK = "pink", _("Pink")
    PURPLE = "purple", _("Purple")
    RED = "red", _("Red")
    SECONDARY = "secondary", _("Grey")
    TEAL = "teal", _("Teal")
    YELLOW = "yellow", _("Yellow")
