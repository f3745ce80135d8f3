"""What a client thought of a ticket, asked for when it was over."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.messages import Message
from tickets.models.tickets import Ticket

LOWEST, HIGHEST = 1, 5
# Of who was asked for one of two: the ends of the scale.
THUMBS = {HIGHEST: "👍", LOWEST: "👎"}


def drawn(score: int, *, thumbs: bool) -> str:
    """★★★★☆, or the thumb."""
    if thumbs and score in THUMBS:
        return THUMBS[score]
    return "★" * score + "☆" * (HIGHEST - score)


class Rating(models.Model):
    """One for a ticket; the last press counts. `comment` is what the client answered to the request."""

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, related_name="rating", verbose_name=_("ticket")
    )
    # Who had the ticket when it was rated.
    staff = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="ratings",
        verbose_name=_("employee"),
    )
    request = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    score = models.PositiveSmallIntegerField(
        _("rating"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    # Given as 👍 or 👎, not in stars.
    thumbs = models.BooleanField(_("by thumb"), default=False, db_default=False)
    comment = models.TextField(_("comment"), blank=True, default="")
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=LOWEST, score__lte=HIGHEST), name="rating_is_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return self.stars

    @property
    def stars(self) -> str:
        return drawn(self.score, thumbs=self.thumbs)
