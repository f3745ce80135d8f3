"""What the bridge knows: its bots, every update as it came, and which Telegram message is which of ours."""

import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telegram_bridge import secret_text
from tickets.models import Attachment, Inbox, Message


class Bot(models.Model):
    """A Telegram bot and the inbox its clients write to."""

    class State(models.TextChoices):
        STOPPED = "stopped", _("Not running")
        STARTING = "starting", _("Starting")
        SWITCHING = "switching", _("Switching")
        RUNNING = "running", _("Running")
        CONFLICT = "conflict", _("Another program receives for this bot")
        UNAUTHORIZED = "unauthorized", _("Telegram refuses the token")
        UNREACHABLE = "unreachable", _("Telegram can't be reached")
        NO_WEBHOOK = "no_webhook", _("The webhook can't be set")

    class Mode(models.TextChoices):
        POLLING = "polling", _("Long polling")
        WEBHOOK = "webhook", _("Webhook")

    inbox = models.OneToOneField(Inbox, on_delete=models.PROTECT, related_name="bot", verbose_name=_("inbox"))
    # The number before the colon of the token; the token may change, this doesn't.
    telegram_id = models.BigIntegerField(_("Telegram id"), unique=True)
    encrypted_token = models.TextField(_("token (encrypted)"), editable=False)
    # Of the token that TELEGRAM_BOT_TOKEN had when it was last taken from there: until that changes, a token
    # entered on the page stays.
    settings_token_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    username = models.CharField(_("user name"), max_length=64, blank=True, default="")
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    avatar = models.FileField(_("picture"), upload_to="avatars/bots/", max_length=255, blank=True)
    mode = models.CharField(_("receives by"), max_length=8, choices=Mode, default=Mode.POLLING)
    # Off: messages wait at Telegram, replies still go out.
    is_enabled = models.BooleanField(_("receives"), default=True)
    # What Telegram has to say with each webhook request; made anew with each switch to webhooks.
    webhook_secret = models.CharField(max_length=64, blank=True, default="", editable=False)
    # What getWebhookInfo said last, and "pending_before" and "repair" of ours (telegram_bridge/webhooks.py).
    webhook_info = models.JSONField(default=dict, blank=True, editable=False)
    webhook_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Telegram asked this bot as a whole to wait (429).
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.STOPPED)
    state_error = models.CharField(_("last error"), max_length=500, blank=True, default="")
    state_changed_at = models.DateTimeField(_("since"), null=True, blank=True)
    # When the bot's process last showed that it lives, and when Telegram last answered it.
    seen_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    last_update_at = models.DateTimeField(_("last update"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("bot")
        verbose_name_plural = _("bots")

    def __str__(self) -> str:
        return f"@{self.username}" if self.username else str(self.telegram_id)

    @property
    def token(self) -> str:
        """The token in clear. Raises secret_text.Unreadable when SECRET_KEY has changed since."""
        return secret_text.decrypt(self.encrypted_token, key=settings.SECRET_KEY)

    @token.setter
    def token(self, value: str) -> None:
        self.encrypted_token = secret_text.encrypt(value, key=settings.SECRET_KEY)


class Update(models.Model):
    """An update exactly as Telegram sent it, committed before Telegram is told that it was received."""

    class State(models.TextChoices):
        STORED = "stored", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        # Understood, and nothing that this desk takes: a group, a channel, a business account.
        SKIPPED = "skipped", _("Not handled")

    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="updates", verbose_name=_("bot"))
    update_id = models.BigIntegerField(_("update id"))
    # The lane: updates of one chat are applied in order. 0 for what belongs to no chat.
    chat_id = models.BigIntegerField(_("chat"), default=0)
    kind = models.CharField(_("kind"), max_length=40, blank=True, default="")
    # JSON with ASCII escapes, as text: jsonb refuses \u0000 and lone surrogates.
    raw = models.TextField(_("as received"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.STORED)
    error = models.TextField(_("error"), blank=True, default="")
    tries = models.PositiveIntegerField(_("tries"), default=0)
    stored_at = models.DateTimeField(_("received"))
    done_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["bot", "update_id"], name="update_stored_once")]
        indexes = [
            # The next update of a lane, and which lanes have any.
            models.Index(fields=["bot", "chat_id", "id"], condition=Q(state="stored"), name="update_waiting"),
            # The admin's list of what failed.
            models.Index(fields=["state", "id"], condition=Q(state="failed"), name="update_failed"),
            # How many of a bot's updates were not handled.
            models.Index(fields=["bot", "id"], condition=Q(state="skipped"), name="update_skipped"),
        ]

    def __str__(self) -> str:
        return f"{self.update_id} {self.kind}"

    @property
    def readable(self) -> str:
        """What was received, laid out for people; as it is when it is no JSON."""
        try:
            text = json.dumps(json.loads(self.raw), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            text = self.raw
        return text.encode("utf-8", "replace").decode()

    def run_again(self) -> bool:
        """Puts an update that failed or was not handled back into its lane; False when it is neither."""
        again = Update.objects.filter(pk=self.pk, state__in=[self.State.FAILED, self.State.SKIPPED])
        return again.update(state=self.State.STORED, error="", done_at=None) == 1


class TelegramMessage(models.Model):
    """A Telegram message that is `message`, or part of it (an album's item, a piece of a long text)."""

    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="+", verbose_name=_("bot"))
    chat_id = models.BigIntegerField(_("chat"))
    telegram_id = models.BigIntegerField(_("message id in the chat"))
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="telegram", verbose_name=_("message")
    )
    media_group_id = models.CharField(max_length=64, blank=True, default="")
    # Outgoing: which part of the message's delivery plan it carries, so that no part is sent twice.
    part = models.PositiveIntegerField(default=0)
    # Of an album's item: an album may have several captions, and each can be edited.
    caption = models.TextField(blank=True, default="")
    caption_entities = models.JSONField(default=list, blank=True)
    # What brought it, for administrators. No constraint and no index: nothing is looked up this way round.
    update = models.ForeignKey(
        Update,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("Telegram message")
        verbose_name_plural = _("Telegram messages")
        constraints = [
            models.UniqueConstraint(fields=["bot", "chat_id", "telegram_id"], name="telegram_message_once"),
        ]
        indexes = [
            models.Index(
                fields=["bot", "chat_id", "media_group_id"],
                condition=~Q(media_group_id=""),
                name="telegram_album",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id}/{self.telegram_id}"


class TelegramFile(models.Model):
    """Where an attachment lies at Telegram; a `file_id` works for its own bot only."""

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="telegram")
    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="+")
    file_id = models.CharField(max_length=255)
    file_unique_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("Telegram file")
        verbose_name_plural = _("Telegram files")

    def __str__(self) -> str:
        return self.file_unique_id or self.file_id


class TelegramPoll(models.Model):
    """Which message shows a poll: Telegram tells of votes by the poll's id alone."""

    bot = models.ForeignKey(Bot, on_delete=models.CASCADE, related_name="+")
    poll_id = models.CharField(max_length=64)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("Telegram poll")
        verbose_name_plural = _("Telegram polls")
        constraints = [models.UniqueConstraint(fields=["bot", "poll_id"], name="telegram_poll_once")]

    def __str__(self) -> str:
        return self.poll_id
