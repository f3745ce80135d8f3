"""Forms of the people pages: inviting somebody, what becomes of them, and joining by an invitation."""

from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staff.models import Team, User
from staff.roles import Role


class InvitationForm(forms.Form):
    name = forms.CharField(required=False, max_length=150, label=pgettext_lazy("of a person", "name"))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AGENT, label=gettext_lazy("Role"))


class JoinForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Who was invited says who they are, and chooses a password."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email"]
        help_texts = {
            "username": gettext_lazy("For signing in. Letters, digits and @ . + - _ only."),
            "email": gettext_lazy("Optional; can be used instead of the user name when signing in."),
        }

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = cast(dict[str, Any], super().clean())
        if password := cleaned.get("password"):
            names = {name: cleaned.get(name, "") for name in self.Meta.fields}
            try:
                validate_password(password, User(**names))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an administrator decides about somebody. Nobody shuts themselves out."""

    role = forms.ChoiceField(
        choices=Role.choices,
        label=gettext_lazy("Role"),
        help_text=gettext_lazy(
            "Viewers read along. Agents work on tickets and teach rules. Supervisors also share views and "
            "make tags. Administrators open this administration: bots, employees, statuses, records."
        ),
    )
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(),
        required=False,
        label=gettext_lazy("Teams"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "scope", "capacity"]

    def __init__(self, *args: Any, editor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor
        self.fields["role"].initial = self.instance.role
        self.fields["teams"].initial = self.instance.teams.all()
        # The inboxes are of the room above, which calls its side of the tie so.
        inboxes = User._meta.get_field("inboxes").related_model
        self.fields["inboxes"] = forms.ModelMultipleChoiceField(
            inboxes._default_manager.all(),
            required=False,
            label=_("Inboxes"),
            initial=self.instance.inboxes.all(),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        )

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.instance.pk == self.editor.pk and role != Role.ADMINISTRATOR:
            raise forms.ValidationError(_("You can't take this from yourself; another administrator can."))
        return role

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        if (role := Role(self.cleaned_data["role"])) != user.role:
            user.set_role(role)
        user.teams.set(self.cleaned_data["teams"])
        user.inboxes.set(self.cleaned_data["inboxes"])
        return user
