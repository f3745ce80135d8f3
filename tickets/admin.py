"""Statuses, inboxes and clients to set up; tickets, messages and the journal to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.admin_views import BigTable, ReadOnly, titled
from tickets.models import Client, Inbox, Message, Status, Tag, Ticket, TicketEvent
from tickets.querysets import ticket_number
from tickets.search import words_of


@admin.register(Status)
class StatusAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    list_display = ("name", "name_ru", "kind", "colour", "position")
    list_editable = ("position",)
    search_fields = ("name", "name_ru")
    actions = None

    def get_fieldsets(self, request: HttpRequest, obj: Status | None = None) -> Any:
        words = _(
            "The kind decides what may be done with a ticket: only one in progress can be answered, and a "
            "closed one makes room for the client's next. It can't be changed later."
        )
        fields = ["name", "name_ru", "kind", "colour", "position"]
        described = {"fields": [*fields, "removable"] if obj else fields, "description": words}
        return [(None, described)]

    def get_readonly_fields(self, request: HttpRequest, obj: Status | None = None) -> Any:
        return ("kind", "removable") if obj else ()

    @admin.display(description=gettext_lazy("can be deleted"))
    def removable(self, status: Status) -> str:
        if status.pk in Status.BUILT_IN_IDS:
            return _("No: it is one of the three built-in statuses. It can be renamed.")
        if status.tickets.exists():
            return _("No: tickets have it. Give them another status first.")
        return _("Yes")

    def has_delete_permission(self, request: HttpRequest, obj: Status | None = None) -> bool:
        if obj is not None and (obj.pk in Status.BUILT_IN_IDS or obj.tickets.exists()):
            return False
        return super().has_delete_permission(request, obj)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "colour")
    search_fields = ("name",)


@admin.register(Inbox)
class InboxAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "created_at")
    search_fields = ("name",)
    filter_horizontal = ("members",)
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Inbox | None = None) -> bool:
        if obj is not None and (obj.clients.exists() or hasattr(obj, "bot")):
            return False
        return super().has_delete_permission(request, obj)


@admin.register(Client)
class ClientAdmin(BigTable):
    """Telegram says who they are; staff add notes."""

    list_display = ("name", "username", "inbox", "is_reachable", "created_at")
    list_filter = ("inbox", "is_reachable")
    list_select_related = ("inbox",)
    search_fields = ("folded_name",)
    search_help_text = gettext_lazy("Name or @user name")
    ordering = ("-pk",)
    fields = (
        "name",
        "username",
        "inbox",
        "external_id",
        "language_code",
        "is_reachable",
        "created_at",
        "page",
        "notes",
    )
    readonly_fields = fields[:-1]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        obj.save(update_fields=["notes"])  # only this: meanwhile the bot's process writes its own columns

    @admin.display(description=gettext_lazy("page"))
    def page(self, client: Client) -> SafeString:
        return _link(reverse("client", args=[client.pk]), _("Tickets and files of this client"))


@admin.register(Ticket)
class TicketAdmin(ReadOnly):
    list_display = ("number", "client", "status", "assignee", "created_at", "updated_at", "closed_at")
    list_filter = ("status", "assignee")
    list_select_related = ("client", "status", "assignee")
    search_fields = ("pk",)
    search_help_text = gettext_lazy("Number, client, or words of the messages")
    ordering = ("-pk",)
    fields = ("page", "client", "status", "assignee", "source", "created_at", "updated_at", "closed_at")
    readonly_fields = ("page",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.matching(search_term), False

    @admin.display(description=gettext_lazy("number"), ordering="pk")
    def number(self, ticket: Ticket) -> str:
        return str(ticket)

    @admin.display(description=gettext_lazy("page"))
    def page(self, ticket: Ticket) -> SafeString:
        return _link(reverse("ticket", args=[ticket.pk]), _("Open the ticket, where it can be changed"))


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ("preview", "ticket", "direction", "author", "kind", "delivery", "created_at")
    list_filter = ("direction", "delivery", "kind")
    list_select_related = ("ticket", "author")
    search_fields = ("search",)
    search_help_text = gettext_lazy("Words of the text, in any form")
    ordering = ("-pk",)
    fields = (
        "ticket",
        "direction",
        "author",
        "kind",
        "text",
        "delivery",
        "delivery_error",
        "created_at",
        "edited_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return Message.objects.defer("search")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = words_of(search_term)
        if not words:
            return (queryset.none() if search_term.strip() else queryset), False
        return queryset.matching(words), False


@admin.register(TicketEvent)
class JournalAdmin(ReadOnly):
    list_display = ("ticket", "seq", "kind", "actor", "staff", "created_at")
    list_filter = (("actor", titled(gettext_lazy("author"), admin.ChoicesFieldListFilter)), "kind")
    list_select_related = ("ticket", "staff")
    search_fields = ("ticket__pk",)
    search_help_text = gettext_lazy("Number of the ticket")
    ordering = ("-pk",)
    fields = ("ticket", "seq", "kind", "actor", "staff", "message", "data", "created_at")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        number = ticket_number(search_term)
        return (queryset.filter(ticket=number) if number is not None else queryset.none()), False


def _link(address: str, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)
