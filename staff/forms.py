"""What an employee may change about themselves."""

import zoneinfo
from itertools import groupby
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from staff.models import User

# Continents of the IANA names; the rest (Etc/GMT+3, posix/…, US/Pacific) are other names for these.
CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Name, language, theme, time zone."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "theme", "time_zone"]

    language = forms.ChoiceField(required=False, label=gettext_lazy("Language"))
    time_zone = forms.ChoiceField(required=False, label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [(code, _own_name(code)) for code, _english in settings.LANGUAGES]
        self._field("language").choices = [("", _("As the browser")), *languages]
        self._field("time_zone").choices = [
            ("", _("As the browser")),
            *_zones(self.instance.time_zone),
        ]

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        return field


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A key that signs in by itself unless told otherwise: that is what the sign-in page offers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].required = False
        self.fields["passwordless"].initial = True


def _own_name(code: str) -> str:
    """A language as its speakers write it: who can't read the page finds it anyway."""
    return str(get_language_info(code)["name_local"]).capitalize()


def _zones(current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones of the world by continent, and UTC; with `current`, should it be another name."""
    names = sorted(
        name
        for name in zoneinfo.available_timezones()
        if name.partition("/")[0] in CONTINENTS and "/" in name
    )
    groups = [
        (continent, [(name, name.partition("/")[2].replace("_", " ")) for name in group])
        for continent, group in groupby(names, key=lambda name: name.partition("/")[0])
    ]
    others = [(name, name) for name in dict.fromkeys(["UTC", current]) if name and name not in names]
    return [(_("Others"), others), *groups]
