"""What the rules page's forms send."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models import Client
from tickets.querysets import BIGGEST_ID


class AlwaysAssignForm(forms.Form):
    """Always assign this client to this employee."""

    client = forms.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        error_messages={"required": _("Choose the client."), "invalid": _("Choose the client.")},
    )
    assign_to = forms.ModelChoiceField(
        User.objects.all(),
        error_messages={
            "required": _("Choose the employee."),
            "invalid_choice": _("There is no such employee any more."),
        },
    )

    def __init__(self, data: Any, *, staff: User) -> None:
        super().__init__(data)
        self.staff = staff

    def clean_client(self) -> Client:
        client = Client.objects.visible_to(self.staff).filter(pk=self.cleaned_data["client"]).first()
        if client is None:
            raise forms.ValidationError(_("There is no such client any more."))
        return client
