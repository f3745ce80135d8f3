"""What the forms beside a conversation send: one property each, with what the page showed before."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import Team, User
from staff.roles import MANAGE_DESK
from tickets import properties, snoozing
from tickets.conflicts import UNKNOWN
from tickets.errors import OperationRefused
from tickets.forms import WasForm
from tickets.models import Tag, Ticket

LONGEST_TAG = 40


def tag_named(name: str, staff: User) -> Tag:
    """The tag of this name, whatever its case; whoever manages the desk makes a new one. Raises
    OperationRefused when there is none."""
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_TAG:
        raise OperationRefused(_("Type a tag."))
    tag = Tag.objects.filter(name__iexact=name).first()
    if tag is None and not staff.has_perm(MANAGE_DESK):
        raise OperationRefused(_("There is no tag “%(name)s”. A supervisor can add it.") % {"name": name})
    return tag or Tag.objects.get_or_create(name=name)[0]


class PropertyForm(WasForm):
    """One property of a ticket, changed by `apply`, which raises OperationRefused."""

    def apply(self, ticket: Ticket, staff: User) -> None:
        raise NotImplementedError


class PriorityForm(PropertyForm):
    priority = forms.TypedChoiceField(
        choices=Ticket.Priority.choices,
        coerce=int,
        error_messages={
            "required": _("Choose a priority."),
            "invalid_choice": _("There is no such priority."),
        },
    )

    def apply(self, ticket: Ticket, staff: User) -> None:
        priority = Ticket.Priority(self.cleaned_data["priority"])
        properties.set_priority(ticket, priority=priority, staff=staff, was=self.was_id())


class TeamForm(PropertyForm):
    team = forms.ModelChoiceField(
        Team.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("There is no such team any more.")},
    )

    def apply(self, ticket: Ticket, staff: User) -> None:
        properties.set_team(ticket, team=self.cleaned_data["team"], staff=staff, was=self.was_id())


class SubjectForm(PropertyForm):
    subject = forms.CharField(required=False)

    def apply(self, ticket: Ticket, staff: User) -> None:
        subject = self.cleaned_data["subject"]
        was = self.cleaned_data["was"] if "was" in self.data else UNKNOWN
        properties.set_subject(ticket, subject=subject, staff=staff, was=was)


class AddTagForm(PropertyForm):
    """By name; whoever manages the desk makes a new one by typing it."""

    name = forms.CharField(max_length=LONGEST_TAG, error_messages={"required": _("Type a tag.")})

    def apply(self, ticket: Ticket, staff: User) -> None:
        tag = tag_named(self.cleaned_data["name"], staff)
        properties.change_tags(ticket, add=[tag], remove=[], staff=staff)


class RemoveTagForm(PropertyForm):
    tag = forms.ModelChoiceField(
        Tag.objects.all(), error_messages={"invalid_choice": _("There is no such tag any more.")}
    )

    def apply(self, ticket: Ticket, staff: User) -> None:
        properties.change_tags(ticket, add=[], remove=[self.cleaned_data["tag"]], staff=staff)


class SnoozeForm(PropertyForm):
    """One of the choices, or with `at` a moment in one's own time zone."""

    until = forms.ChoiceField(
        required=False,
        choices=list(snoozing.CHOICES.items()),
        error_messages={"invalid_choice": _("Choose until when.")},
    )
    at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": _("A date and a time are needed.")},
    )

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data["until"] and not self.cleaned_data["at"]:
            raise forms.ValidationError(_("Choose until when."))
        return self.cleaned_data

    def apply(self, ticket: Ticket, staff: User) -> None:
        properties.snooze(ticket, until=self._moment(), staff=staff)

    def _moment(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at or snoozing.moment_of(self.cleaned_data["until"], now=timezone.now())


class WakeForm(PropertyForm):
    def apply(self, ticket: Ticket, staff: User) -> None:
        properties.wake(ticket, staff=staff)


FORMS: dict[str, type[PropertyForm]] = {
    "priority": PriorityForm,
    "team": TeamForm,
    "subject": SubjectForm,
    "add-tag": AddTagForm,
    "remove-tag": RemoveTagForm,
    "snooze": SnoozeForm,
    "wake": WakeForm,
}
