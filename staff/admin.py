"""Employees in the admin: added without a password, deactivated instead of deleted."""

from typing import Any, cast

from allauth.account import admin as allauth_admin  # noqa: F401  (registers what is taken away below)
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from staff.access import employee
from staff.admin_views import titled
from staff.links import DAYS_VALID, password_link
from staff.models import Team, User
from staff.roles import Role

# Nothing in this product goes by groups, confirmed addresses or raw secrets.
for model in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


class EmployeeForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    role = forms.ChoiceField(
        choices=Role.choices,
        label=gettext_lazy("Role"),
        help_text=gettext_lazy(
            "Viewers read along. Agents work on tickets and teach rules. Supervisors also share views and "
            "make tags. Administrators open this administration: bots, employees, statuses, records."
        ),
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "is_active", "scope", "capacity"]
        help_texts = {
            "username": gettext_lazy("For signing in. Letters, digits and @ . + - _ only."),
            "email": gettext_lazy("Optional; can be used instead of the user name when signing in."),
            "is_active": gettext_lazy(
                "Untick when somebody leaves: they can't sign in any more, their history stays."
            ),
            "scope": gettext_lazy("Whose members they are is set with the inboxes and the teams."),
        }

    # Set by the admin for each request: nobody shuts themselves out.
    editor: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = self.instance.role if self.instance.pk else Role.AGENT

    def clean(self) -> dict[str, Any]:
        cleaned = cast(dict[str, Any], super().clean())
        if self.editor is not None and self.instance.pk == self.editor.pk:
            if not cleaned.get("is_active", True):
                self.add_error("is_active", _("You can't deactivate your own account."))
            if cleaned.get("role") != Role.ADMINISTRATOR:
                self.add_error("role", _("You can't take this from yourself; another administrator can."))
        return cleaned

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)
        if user._state.adding:
            user.set_unusable_password()
        if commit:
            user.save()
        return user


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "colour")
    search_fields = ("name",)
    filter_horizontal = ("members",)


@admin.register(User)
class EmployeeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = EmployeeForm
    list_display = ("name_shown", "username", "email", "is_active", "administrator", "last_login")
    list_filter = (
        "is_active",
        ("is_superuser", titled(gettext_lazy("administrator"), admin.BooleanFieldListFilter)),
    )
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("first_name", "last_name", "username")
    readonly_fields = ("last_login", "date_joined")
    actions = ("make_link", "deactivate", "activate", "remove_second_factor")
    change_form_template = "admin/staff/user/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        person = ["username", "first_name", "last_name", "email", "role", "scope", "capacity"]
        if obj is None:
            words = _("After saving you see a link, once. Give it to the person: they choose their password.")
            return [(None, {"fields": person, "description": words})]
        return [(None, {"fields": [*person, "is_active"]}), (_("Record"), {"fields": self.readonly_fields})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("EmployeeFormForRequest", (form,), {"editor": request.user})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=pgettext_lazy("of a person", "name"), ordering="first_name")
    def name_shown(self, user: User) -> str:
        return user.name

    @admin.display(description=gettext_lazy("administrator"), boolean=True)
    def administrator(self, user: User) -> bool:
        return user.is_superuser

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.set_role(Role(form.cleaned_data["role"]))
        if not change:
            _show_link(request, obj)

    def get_urls(self) -> list[URLPattern]:
        link = path(
            "<int:user_id>/password-link/",
            self.admin_site.admin_view(self.password_link_view),
            name="staff_user_password_link",
        )
        return [link, *super().get_urls()]

    @method_decorator(require_POST)
    def password_link_view(self, request: HttpRequest, user_id: int) -> HttpResponseBase:
        user = get_object_or_404(User, pk=user_id)
        if not self.has_change_permission(request, user):
            return HttpResponse(status=403)
        _show_link(request, user)
        return redirect(reverse("admin:staff_user_change", args=[user_id]))

    @admin.action(description=gettext_lazy("Make a link to choose a new password"))
    def make_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            _show_link(request, user)

    @admin.action(description=gettext_lazy("Deactivate: they can't sign in any more"))
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        others = users.exclude(pk=employee(request).pk)
        if users.filter(pk=employee(request).pk).exists():
            messages.warning(request, _("You can't deactivate your own account."))
        for user in others:
            user.is_active = False
            user.save(update_fields=["is_active"])  # one by one: each one's open pages are told
        if others:
            messages.success(request, _("Deactivated. Their open tickets are nobody’s in a moment."))

    @admin.action(description=gettext_lazy("Activate again"))
    def activate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            user.is_active = True
            user.save(update_fields=["is_active"])  # one by one: each is told in the audit
        messages.success(request, _("Activated."))

    @admin.action(description=gettext_lazy("Remove the second factor (telephone or key lost)"))
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        removed, _kinds = Authenticator.objects.filter(user__in=users).delete()
        if removed:
            messages.success(request, _("Removed. They sign in with their password and can set it up anew."))
        else:
            messages.info(request, _("None of them had a second factor."))


def _show_link(request: HttpRequest, user: User) -> None:
    address = request.build_absolute_uri(password_link(user))
    words = _("%(name)s chooses a password here (once, within %(days)s days; shown only now):") % {
        "name": user.name,
        "days": DAYS_VALID,
    }
    messages.success(request, format_html('{} <code class="password-link">{}</code>', words, address))
