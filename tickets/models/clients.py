"""Who writes to us, and where: an inbox is a place clients write to, a client is one person in one inbox."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower, Replace
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staff.models import User
from tickets.models.tags import Tag
from tickets.querysets import ClientQuerySet, InboxQuerySet

# Searched as people write: without case, with е and ё as one letter (there is no ICU to do it for us).
FOLDED_NAME = Replace(
    Lower(Concat(F("name"), Value(" "), F("username"))),
    Value("ё"),
    Value("е"),
)


class Inbox(models.Model):
    """A place clients write to; each bot has one."""

    name = models.CharField(_("name"), max_length=120)
    # Whose sight is limited to inboxes (User.scope) sees those they are a member of.
    members = models.ManyToManyField(User, related_name="inboxes", blank=True, verbose_name=_("members"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """A Telegram person in one inbox; the same person writing to two bots is two clients."""

    inbox = models.ForeignKey(
        Inbox, on_delete=models.PROTECT, related_name="clients", verbose_name=_("inbox")
    )
    # Telegram's ids take up to 52 bits: https://core.telegram.org/bots/api#user
    external_id = models.BigIntegerField(_("Telegram id"))
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=255)
    username = models.CharField(_("user name"), max_length=64, blank=True, default="")
    language_code = models.CharField(_("language"), max_length=16, blank=True, default="")
    notes = models.TextField(_("notes"), blank=True, default="")
    # What staff wrote down of them: {"Order": "A-17"}, texts both.
    attributes = models.JSONField(
        _("attributes"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    tags = models.ManyToManyField(Tag, related_name="clients", blank=True, verbose_name=_("tags"))
    # What a banned client writes is kept, and opens no ticket.
    banned_at = models.DateTimeField(_("banned"), null=True, blank=True, editable=False)
    banned_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    is_premium = models.BooleanField(_("Telegram Premium"), default=False, db_default=False)
    is_reachable = models.BooleanField(_("reachable"), default=True)
    # The profile picture as it was when it was last looked for, and Telegram's name for it.
    avatar = models.FileField(_("picture"), upload_to="avatars/%Y/%m/", max_length=255, blank=True)
    avatar_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    avatar_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The payload of a /start link, until the next ticket takes it as its source.
    start_payload = models.CharField(_("start payload"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)
    folded_name = models.GeneratedField(
        expression=FOLDED_NAME, output_field=models.TextField(), db_persist=True, editable=False
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        constraints = [
            models.UniqueConstraint(fields=["inbox", "external_id"], name="client_once_per_inbox"),
        ]
        indexes = [
            # ClientQuerySet.matching: any part of a name or user name.
            GinIndex(OpClass(F("folded_name"), name="gin_trgm_ops"), name="client_folded_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_banned(self) -> bool:
        return self.banned_at is not None
