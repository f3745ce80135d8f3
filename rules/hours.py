"""Whether an inbox is answered now; and the form in which its hours are given."""

import re
import zoneinfo
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from rules.models import WorkingHours

CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
MOST_HOLIDAYS = 400


def are_now(inbox_id: int, moment: datetime) -> bool:
    """An inbox without hours is answered always."""
    hours = WorkingHours.objects.filter(inbox=inbox_id).first()
    return hours is None or hours.hold_at(moment)


class HoursForm(forms.Form):
    """Of one inbox; a day without hours is a day off."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    holidays = forms.CharField(
        required=False,
        label=_("Holidays"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "2026-12-25"}),
        help_text=_("Dates such as 2026-12-25, one a line."),
    )

    def __init__(self, *args: Any, hours: WorkingHours, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hours = hours
        zones = sorted(zoneinfo.available_timezones())
        zone = self.fields["time_zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101  (says so to the type checker)
        zone.choices = [(name, name) for name in zones]
        zone.initial = hours.time_zone
        self.fields["holidays"].initial = "\n".join(hours.holidays)
        for day, name in WEEKDAYS.items():
            given = hours.week[day] if len(hours.week) == 7 else None
            for place, end in enumerate(("from", "until")):
                self.fields[f"{end}_{day}"] = forms.CharField(
                    required=False,
                    label=name,
                    max_length=5,
                    initial=given[place] if given else "",
                    widget=forms.TextInput(attrs={"placeholder": "09:00" if place == 0 else "18:00"}),
                )

    @property
    def days(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(name, self[f"from_{day}"], self[f"until_{day}"]) for day, name in WEEKDAYS.items()]

    def clean_holidays(self) -> list[str]:
        found = []
        for word in self.cleaned_data["holidays"].split():
            try:
                found.append(date.fromisoformat(word).isoformat())
            except ValueError:
                words = _("“%(date)s” is no date like 2026-12-25.")
                raise forms.ValidationError(words, params={"date": word}) from None
        if len(found) > MOST_HOLIDAYS:
            raise forms.ValidationError(_("%(most)d holidays at most."), params={"most": MOST_HOLIDAYS})
        return sorted(set(found))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        week: list[list[str] | None] = []
        for day in WEEKDAYS:
            begins, ends = (given.get(f"{end}_{day}", "").strip() for end in ("from", "until"))
            week.append([begins, ends] if begins or ends else None)
            if not (begins or ends):
                continue
            if not CLOCK.fullmatch(begins) or not CLOCK.fullmatch(ends):
                self.add_error(f"from_{day}", _("Two times like 09:00 and 18:00 are needed, or none."))
            elif begins >= ends:
                self.add_error(f"from_{day}", _("The end is not after the beginning."))
        given["week"] = week
        return given

    def save(self) -> WorkingHours:
        self.hours.time_zone = self.cleaned_data["time_zone"]
        self.hours.holidays = self.cleaned_data["holidays"]
        self.hours.week = self.cleaned_data["week"]
        self.hours.save()
        return self.hours
