"""Bots to set up, and what came in: a token goes in and never comes out again."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from staff.access import employee
from staff.admin_views import ReadOnly
from telegram_bridge.bots import TOKEN
from telegram_bridge.models import Bot, Update
from tickets.models import Inbox

# How the machinery works, for programmers: what it does to messages is on the messages.
admin.site.unregister(ProcrastinateJob)


class BotForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    token = forms.CharField(
        strip=True,
        label=gettext_lazy("Token"),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text=gettext_lazy(
            "From @BotFather: 123456789:AAE… It is stored encrypted and never shown again."
        ),
        error_messages={"required": gettext_lazy("Enter the token.")},
    )

    class Meta:
        model = Bot
        fields = ["inbox"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["token"].required = False
            self.fields["token"].help_text = _("Only to change it: the same bot's new token from @BotFather.")
        if "inbox" in self.fields:
            inbox = cast("forms.ModelChoiceField[Inbox]", self.fields["inbox"])
            inbox.required = False
            inbox.queryset = Inbox.objects.filter(bot__isnull=True)
            inbox.empty_label = _("A new inbox, named after the bot")

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        known = self.instance.pk is not None
        if known and not token:
            return ""
        found = TOKEN.fullmatch(token)
        if found is None:
            raise forms.ValidationError(_("This is no bot token. It looks like 123456789:AAE…"))
        telegram_id = int(found[1])
        if known and telegram_id != self.instance.telegram_id:
            raise forms.ValidationError(
                _("This is the token of another bot (%(id)s). Add that bot instead."),
                params={"id": telegram_id},
            )
        if not known and Bot.objects.filter(telegram_id=telegram_id).exists():
            raise forms.ValidationError(_("This bot is here already. Open it and enter the new token there."))
        return token


@admin.register(Bot)
class BotAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The bot's process looks for new bots and tokens every few seconds: nothing needs a restart."""

    form = BotForm
    list_display = ("__str__", "name", "inbox", "mode", "state", "seen_at", "last_update_at")
    list_filter = ("mode", "state")
    list_select_related = ("inbox",)
    search_fields = ("username", "name", "telegram_id")
    actions = None
    shown = (
        "telegram_id",
        "username",
        "name",
        "mode",
        "is_enabled",
        "state",
        "state_error",
        "state_changed_at",
        "seen_at",
        "last_update_at",
    )

    def get_fields(self, request: HttpRequest, obj: Bot | None = None) -> Any:
        return ("token", "inbox", *self.shown) if obj else ("token", "inbox")

    def get_readonly_fields(self, request: HttpRequest, obj: Bot | None = None) -> Any:
        # Its clients and their tickets belong to its inbox: both stay together.
        return ("inbox", *self.shown) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "inbox" in form.base_fields:
            # An inbox is chosen here; what can be done with inboxes is on their own page.
            inbox: Any = form.base_fields["inbox"].widget
            inbox.can_add_related = inbox.can_change_related = inbox.can_delete_related = False
            inbox.can_view_related = False
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # with it would go which Telegram message is which of ours

    def save_model(self, request: HttpRequest, obj: Bot, form: Any, change: bool) -> None:
        token = form.cleaned_data["token"]
        if not change:
            obj.telegram_id = int(token.partition(":")[0])
            if not form.cleaned_data.get("inbox"):
                obj.inbox = Inbox.objects.create(name=f"Bot {obj.telegram_id}")
        if token:
            obj.token = token
        if change:
            # Only this: meanwhile the bot's process writes its own columns.
            if token:
                obj.save(update_fields=["encrypted_token"])
            return
        obj.save(force_insert=True)


@admin.register(Update)
class UpdateAdmin(ReadOnly):
    list_display = ("update_id", "bot", "kind", "chat_id", "state", "short_error", "tries", "stored_at")
    list_filter = ("state", "bot")
    list_select_related = ("bot",)
    search_fields = ("update_id", "chat_id")
    search_help_text = gettext_lazy("Number of the update or of the chat")
    ordering = ("-pk",)
    fields = (
        "bot",
        "update_id",
        "chat_id",
        "kind",
        "state",
        "error",
        "tries",
        "stored_at",
        "done_at",
        "readable",
    )
    readonly_fields = ("readable",)
    actions = ("run_again",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        try:
            number = int(text)
        except ValueError:
            return queryset.none(), False
        if abs(number) >= 2**63:
            return queryset.none(), False
        return queryset.filter(update_id=number) | queryset.filter(chat_id=number), False

    @admin.display(description=gettext_lazy("error"))
    def short_error(self, update: Update) -> str:
        return update.error[:80]

    @admin.display(description=gettext_lazy("as received"))
    def readable(self, update: Update) -> SafeString:
        return format_html('<pre class="raw-json">{}</pre>', update.readable)

    def has_run_again_permission(self, request: HttpRequest) -> bool:
        """More than looking: what runs again may write to tickets."""
        return employee(request).has_perm("telegram_bridge.change_update")

    @admin.action(
        description=gettext_lazy("Run again what failed or was not handled"), permissions=["run_again"]
    )
    def run_again(self, request: HttpRequest, updates: QuerySet[Update]) -> None:
        count = sum(update.run_again() for update in updates.order_by("pk"))
        if not count:
            messages.info(request, _("None of these has failed or was left unhandled; nothing was done."))
            return
        messages.success(
            request,
            ngettext(
                "%(count)s update is applied again now.", "%(count)s updates are applied again now.", count
            )
            % {"count": count},
        )
