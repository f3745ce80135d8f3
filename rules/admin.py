"""Rules to set up, and what they did."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rules import action_checks, language, operations, schedules
from rules.models import Event, Rule, RuleRun
from staff.admin_views import BigTable, ReadOnly
from staff.models import User


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The same checks as the builder's."""

    def clean(self) -> dict[str, Any]:
        cleaned = cast(dict[str, Any], super().clean())
        conditions, done = cleaned.get("conditions") or {}, cleaned.get("actions") or []
        wrong = [one.words for one in language.check(conditions)] if conditions else []
        wrong += [words for _path, words in action_checks.check(done)] if done else []
        if cleaned.get("event") == Event.SCHEDULE and (words := schedules.wrong_in(cleaned.get("schedule"))):
            wrong.append(words)
        if wrong:
            raise forms.ValidationError(wrong)
        if not done and cleaned.get("assign_to") is None:
            raise forms.ValidationError(_("Add what the rule does."))
        return cleaned


@admin.register(Rule)
class RuleAdmin(BigTable):
    list_display = ("label_shown", "client", "assign_to", "enabled", "position", "created_by")
    list_filter = ("enabled", "assign_to")
    list_select_related = ("client", "assign_to", "created_by")
    search_fields = ("name", "client__folded_name")
    search_help_text = gettext_lazy("Name of the rule or of the client")
    autocomplete_fields = ("client", "assign_to")
    ordering = ("position", "pk")
    fields = (
        "name",
        "event",
        "client",
        "assign_to",
        "conditions",
        "actions",
        "stops",
        "minutes",
        "schedule",
        "inbox",
        "team",
        "editable_by",
        "enabled",
        "position",
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=RuleForm, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may(request, obj)

    @admin.display(description=gettext_lazy("rule"))
    def label_shown(self, rule: Rule) -> str:
        return rule.label

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)


def _may(request: HttpRequest, rule: Any) -> bool:
    return rule is None or operations.may_change(rule, cast(User, request.user))


@admin.register(RuleRun)
class RuleRunAdmin(ReadOnly):
    list_display = ("created_at", "rule", "ticket", "outcome", "reason_words")
    list_filter = ("outcome",)
    list_select_related = ("rule__client", "rule__assign_to", "ticket")
    ordering = ("-pk",)
    fields = ("rule", "ticket", "outcome", "reason_words", "created_at")
    readonly_fields = ("reason_words",)

    @admin.display(description=gettext_lazy("reason"))
    def reason_words(self, run: RuleRun) -> str:
        return _(run.reason) if run.reason else ""
