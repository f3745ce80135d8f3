"""What is asked of many tickets: a verb and one value, understood here, once for all of them."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import Team, User
from tickets import snoozing
from tickets.bulk import Verb
from tickets.errors import OperationRefused
from tickets.models import Status, Ticket
from tickets.property_forms import tag_named
from tickets.querysets import ticket_number

NOTHING_CHOSEN = _("Choose what to do with them.")


class BulkForm(forms.Form):
    """Valid, `data` is what the job needs, with the `name` of what was chosen."""

    verb = forms.ChoiceField(
        choices=[choice for choice in Verb.choices if choice[0] != Verb.UNDO],
        error_messages={"required": NOTHING_CHOSEN, "invalid_choice": NOTHING_CHOSEN},
    )
    value = forms.CharField(required=False, max_length=100)

    def __init__(self, *args: Any, staff: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            read = {
                Verb.ASSIGN: self._assignee,
                Verb.STATUS: self._status,
                Verb.TEAM: self._team,
                Verb.PRIORITY: self._priority,
                Verb.TAG: self._tag,
                Verb.UNTAG: self._tag,
                Verb.SNOOZE: self._until,
            }[Verb(self.cleaned_data["verb"])]
            self.cleaned_data["data"] = read(self.cleaned_data["value"].strip())
        return self.cleaned_data

    def _assignee(self, value: str) -> dict[str, Any]:
        if not value:
            return {"assignee": None, "name": ""}
        person = User.objects.active().filter(pk=ticket_number(value) or 0).first()
        if person is None:
            raise forms.ValidationError(_("There is no such employee any more."))
        return {"assignee": person.pk, "name": person.name}

    def _status(self, value: str) -> dict[str, Any]:
        status = Status.objects.filter(pk=ticket_number(value) or 0).first()
        if status is None:
            raise forms.ValidationError(_("This status no longer exists."))
        return {"status": status.pk, "name": status.label}

    def _team(self, value: str) -> dict[str, Any]:
        if not value:
            return {"team": None, "name": ""}
        team = Team.objects.filter(pk=ticket_number(value) or 0).first()
        if team is None:
            raise forms.ValidationError(_("There is no such team any more."))
        return {"team": team.pk, "name": team.name}

    def _priority(self, value: str) -> dict[str, Any]:
        labels = {str(number): str(label) for number, label in Ticket.Priority.choices}
        if value not in labels:
            raise forms.ValidationError(_("There is no such priority."))
        return {"priority": int(value), "name": labels[value]}

    def _tag(self, value: str) -> dict[str, Any]:
        try:
            tag = tag_named(value, self.staff)
        except OperationRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return {"tag": tag.pk, "name": tag.name}

    def _until(self, value: str) -> dict[str, Any]:
        if value not in snoozing.CHOICES:
            raise forms.ValidationError(_("Choose until when."))
        until = snoozing.moment_of(value, now=timezone.now())
        words = str(snoozing.CHOICES[value])
        return {"until": until.isoformat() if until else None, "name": words[:1].lower() + words[1:]}
