"""What an employee wants to be told, as a form: it asks for what is told, the row keeps what is not."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.models import Notification, NotificationSettings

Kind = Notification.Kind


class NotificationSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    events = forms.MultipleChoiceField(
        choices=Kind.choices,
        required=False,
        label=_("Tell me when"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = NotificationSettings
        fields = ["sound", "desktop", "quiet_from", "quiet_until"]
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [kind for kind in Kind.values if kind not in self.instance.muted]
        self.fields["events"].initial = told

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        begins, ends = given.get("quiet_from"), given.get("quiet_until")
        if not self.errors and (begins is None) != (ends is None):
            missing = "quiet_from" if begins is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need both: from when, and until when."))
        elif not self.errors and begins is not None and begins == ends:
            self.add_error("quiet_until", _("Quiet hours that begin and end at once are none."))
        return given

    def save(self, commit: bool = True) -> NotificationSettings:
        told = self.cleaned_data["events"]
        self.instance.muted = [kind for kind in Kind.values if kind not in told]
        saved: NotificationSettings = super().save(commit)
        return saved
