"""What staff keep for later use, for themselves, a team, or all: views of the list, canned replies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Team, User
from tickets.models.messages import upload_path_of_canned


class Audience(models.TextChoices):
    OWN = "own", _("Only me")
    TEAM = "team", _("A team")
    ALL = "all", _("Everybody")


class Shared(models.Model):
    """Whose it is, and for whom."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("employee"))
    audience = models.CharField(_("for"), max_length=4, choices=Audience, default=Audience.OWN)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True

    @classmethod
    def usable_by(cls, staff: User) -> Q:
        """The condition: their own, their teams', everybody's."""
        theirs = Q(audience=Audience.TEAM, team__in=staff.teams.all())
        return Q(owner=staff) | theirs | Q(audience=Audience.ALL)


class SavedView(Shared):
    """A filter and an order of the ticket list, under a name."""

    name = models.CharField(_("name"), max_length=60)
    # As in the list's address: {"assignee": "me", "ordering": "-created_at"}.
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience="team") | Q(team__isnull=False), name="saved_view_of_team_has_team"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CannedReply(Shared):
    """A text that is written often: `/shortcut` in the composer puts it in."""

    shortcut = models.SlugField(_("shortcut"), max_length=40, allow_unicode=True)
    title = models.CharField(_("title"), max_length=120, blank=True, default="")
    # In the composer's markup, with variables: {{ client.name }}.
    text = models.TextField(_("text"), blank=True, default="")

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["shortcut", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience="team") | Q(team__isnull=False), name="canned_reply_of_team_has_team"
            ),
            models.UniqueConstraint(
                fields=["owner", "shortcut"],
                condition=Q(audience="own"),
                name="canned_reply_own_shortcut",
                violation_error_message=_("You have a canned reply with this shortcut."),
            ),
            models.UniqueConstraint(
                fields=["team", "shortcut"],
                condition=Q(audience="team"),
                name="canned_reply_team_shortcut",
                violation_error_message=_("The team has a canned reply with this shortcut."),
            ),
            models.UniqueConstraint(
                fields=["shortcut"],
                condition=Q(audience="all"),
                name="canned_reply_shared_shortcut",
                violation_error_message=_("There is a canned reply for everybody with this shortcut."),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.shortcut


class CannedFile(models.Model):
    """A file that a canned reply brings along."""

    reply = models.ForeignKey(CannedReply, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=255)
    mime_type = models.CharField(_("MIME type"), max_length=127, blank=True, default="")
    size = models.PositiveBigIntegerField(_("size in bytes"))
    file = models.FileField(_("file"), upload_to=upload_path_of_canned, max_length=255)

    class Meta:
        verbose_name = _("file of a canned reply")
        verbose_name_plural = _("files of canned replies")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
