"""What was said: messages, their earlier versions, their files."""

import secrets
from pathlib import PurePath
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets import kind_words
from tickets.models.tickets import Ticket
from tickets.querysets import AttachmentQuerySet, MessageQuerySet
from tickets.search import CombinedSearchVector

NEVER_WITH_FILES = frozenset({"text", "location", "contact", "dice", "checklist", "service"})


class Message(models.Model):
    """One message of a conversation, in either direction, or a note among staff."""

    class Direction(models.TextChoices):
        IN = "in", _("from the client")
        OUT = "out", _("to the client")
        NOTE = "note", _("note")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        PHOTO = "photo", _("Photo")
        VIDEO = "video", _("Video")
        ANIMATION = "animation", _("Animation")
        VOICE = "voice", _("Voice message")
        AUDIO = "audio", _("Audio")
        VIDEO_NOTE = "video_note", _("Video message")
        DOCUMENT = "document", _("File")
        STICKER = "sticker", _("Sticker")
        ALBUM = "album", _("Album")
        LOCATION = "location", _("Location")
        CONTACT = "contact", _("Contact")
        POLL = "poll", _("Poll")
        DICE = "dice", _("Dice")
        GAME = "game", _("Game")
        STORY = "story", _("Story")
        PAID_MEDIA = "paid_media", _("Paid media")
        CHECKLIST = "checklist", _("Checklist")
        GIFT = "gift", _("Gift")
        # One line: what Telegram itself tells in a chat ("pinned a message").
        SERVICE = "service", _("Service message")
        OTHER = "other", _("Other")

    class Delivery(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")
        UNKNOWN = "unknown", _("Perhaps not delivered")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="messages", verbose_name=_("ticket")
    )
    # The journal number of the row that brought it: its place in the conversation.
    seq = models.PositiveBigIntegerField(_("journal number"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    # Empty: the client's, or an automatic answer.
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("author"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.TEXT)
    text = models.TextField(_("text"), blank=True, default="")
    # Telegram's MessageEntity objects; offsets and lengths count UTF-16 units.
    entities = models.JSONField(default=list, blank=True)
    # What a kind has besides text and files: a place's coordinates, a contact's number, an unknown kind.
    details = models.JSONField(default=dict, blank=True)
    # How a reply is sent: {"silent": true, "link_preview": false}; what is not named is as usual.
    options = models.JSONField(default=dict, blank=True)
    # Rows of buttons below a reply: {"text", "url"} opens a page, {"text", "answer"} tells us of its press.
    buttons = models.JSONField(default=list, blank=True)
    # Telegram's ReactionType objects: {"client": [...], "staff": [...]}; a side without any is left out.
    reactions = models.JSONField(default=dict, blank=True)
    reply_to = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("reply to"),
    )
    quote = models.TextField(_("quoted part"), blank=True, default="")
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery, blank=True, default="")
    # A code of telegram_bridge/outcomes.py and its numbers; tickets/delivery_words.py puts them into words.
    delivery_error = models.JSONField(_("delivery error"), default=dict, blank=True)
    # Whose attempt the present state is about: a worker that comes too late finds another's claim here.
    delivery_claim = models.UUIDField(null=True, blank=True, editable=False)
    # Set when the form is drawn: the same form sent twice is one message.
    key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    # Deleted in Telegram by staff; what it said stays here.
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    # Whether staff ever asked to change it: most were never, and nobody asks the database about those.
    has_amendments = models.BooleanField(default=False, editable=False)

    search = models.GeneratedField(
        expression=CombinedSearchVector("text"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    # Of the rule that wrote it; tickets/conversation.py reads it from the journal.
    rule_name = ""

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="message_place_in_ticket"),
            models.UniqueConstraint(
                fields=["ticket", "key"], condition=Q(key__isnull=False), name="message_once_per_form"
            ),
        ]
        indexes = [
            # TicketQuerySet.matching: words of the messages.
            GinIndex(fields=["search"], name="message_search"),
            # What is on its way or needs a person: the bot page and the settling of stalled jobs.
            models.Index(
                fields=["delivery", "id"],
                condition=Q(delivery__in=["queued", "sending", "failed", "unknown"]),
                name="message_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.preview}"

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it (or one whose account is gone)."""
        return self.author_id is None and self.direction != self.Direction.IN

    @property
    def preview(self) -> str:
        """One line that stands for the message in a list."""
        text = " ".join(self.text.split())
        if text:
            return text[:160]
        return kind_words.preview(self.kind, self.details)[:160] or str(self.get_kind_display())

    @property
    def may_have_files(self) -> bool:
        """Most messages are of a kind that has none: nobody needs to ask the database about those."""
        return self.kind not in NEVER_WITH_FILES

    @property
    def files(self) -> list["Attachment"]:
        """Its files, in their order."""
        return list(self.attachments.all()) if self.may_have_files else []

    @property
    def earlier_versions(self) -> list["MessageVersion"]:
        """What it said before its edits, oldest first."""
        return list(self.versions.all()) if self.edited_at else []

    @property
    def changes_under_way(self) -> list["Amendment"]:
        """Edits, deletions and reactions that Telegram has not taken (yet), oldest first."""
        if not self.has_amendments:
            return []
        return [one for one in self.amendments.all() if one.state != Amendment.State.DONE]

    @property
    def has_footnotes(self) -> bool:
        """Whether there is anything to say below it; of most messages there isn't."""
        return bool(self.buttons or self.has_amendments or self.delivery_error or self.can_be_sent_again)

    @property
    def can_be_sent_again(self) -> bool:
        return self.delivery in {self.Delivery.FAILED, self.Delivery.UNKNOWN}


class MessageVersion(models.Model):
    """What a message said before an edit."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="versions", verbose_name=_("message")
    )
    text = models.TextField(_("text"), blank=True)
    entities = models.JSONField(default=list, blank=True)
    replaced_at = models.DateTimeField(_("replaced"))

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Amendment(models.Model):
    """What staff asked to change of a message that is in Telegram: its text, its reaction, its being there.

    Applied to the message once Telegram has taken it, so that the desk shows what the client sees. All three
    can be asked for twice without harm, so a lost answer is asked for again.
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("Edit")
        DELETE = "delete", _("Deletion")
        REACT = "react", _("Reaction")

    class State(models.TextChoices):
        QUEUED = "queued", _("On its way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Refused")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="amendments", verbose_name=_("message")
    )
    staff = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("employee")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    # edit: {"text", "entities"}; react: {"reactions": [ReactionType objects]}; delete: nothing.
    data = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    # A code and its numbers, as Message.delivery_error has.
    error = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("asked for"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a message")
        verbose_name_plural = _("changes of messages")
        ordering = ["pk"]
        indexes = [
            # What is under way: the bot page, and the settling of what has no job.
            models.Index(fields=["state", "id"], condition=Q(state="queued"), name="amendment_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"


def upload_path(attachment: "Attachment", filename: str) -> str:
    """A path nobody can guess, with nothing of the sender's name in it but a plain suffix."""
    suffix = PurePath(filename).suffix.lower()[:12]
    plain = suffix if suffix[1:].isascii() and suffix[1:].isalnum() else ""
    token = secrets.token_hex(16)
    return f"attachments/{token[:2]}/{token[2:4]}/{token}{plain}"


def upload_path_of_canned(file: models.Model, filename: str) -> str:
    """The same for a file of a canned reply: its name in words is in its row."""
    token = secrets.token_hex(16)
    return f"canned/{token[:2]}/{token}"


class Attachment(models.Model):
    """A file of a message. `file` is empty until a job has fetched it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        READY = "ready", _("Ready")
        TOO_BIG = "too_big", _("Too big")
        FAILED = "failed", _("Could not be fetched")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=16, choices=Message.Kind, default=Message.Kind.DOCUMENT)
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    mime_type = models.CharField(_("MIME type"), max_length=127, blank=True, default="")
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width in pixels"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height in pixels"), null=True, blank=True)
    duration = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=upload_path, max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    error = models.CharField(_("error"), max_length=255, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["message_id", "position", "pk"]
        indexes = [
            # TicketQuerySet.matching: a part of a file's name.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="attachment_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The sender's name for it, or its kind: photos and voice messages have no name of their own."""
        return self.name or str(self.get_kind_display())

    def as_details(self) -> dict[str, Any]:
        """What the journal says of it."""
        return {"attachment": self.pk, "name": self.display_name}
