"""What the ticket list can be narrowed to. A wrong value is explained in words and the rest still applies."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import User
from tickets.models import Status, Ticket
from tickets.pages import ORDERINGS
from tickets.querysets import ticket_number

ME, NOBODY = "me", "none"
OPEN, CLOSED = "open", "closed"
LONGEST_SEARCH = 200

ORDERING_WORDS = {
    "-updated_at": gettext_lazy("Latest activity first"),
    "updated_at": gettext_lazy("Earliest activity first"),
    "-created_at": gettext_lazy("Newest first"),
    "created_at": gettext_lazy("Oldest first"),
}


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """`state=open|closed`, `status=<id>`, `assignee=me|none|<id>`, `inbox=<id>`, `ordering=…`, `q=…`; all may
    be left out."""

    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[(OPEN, gettext_lazy("Open")), (CLOSED, gettext_lazy("Closed"))],
        error_messages={"invalid_choice": gettext_lazy("There is no state “%(value)s”. It was left out.")},
    )
    inbox = django_filters.CharFilter(method="in_inbox")

    status = django_filters.ChoiceFilter(
        method="with_status",
        error_messages={"invalid_choice": gettext_lazy("There is no status “%(value)s”. It was left out.")},
    )
    assignee = django_filters.ChoiceFilter(
        method="with_assignee",
        error_messages={"invalid_choice": gettext_lazy("There is no employee “%(value)s”. It was left out.")},
    )
    ordering = django_filters.ChoiceFilter(
        method="in_any_order",
        choices=list(ORDERING_WORDS.items()),
        error_messages={"invalid_choice": gettext_lazy("Tickets can't be ordered by “%(value)s”.")},
    )
    q = django_filters.CharFilter(
        method="with_words",
        max_length=LONGEST_SEARCH,
        error_messages={
            "max_length": gettext_lazy("A search may have %(limit_value)d characters; this one was left out.")
        },
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(
        self, data: Any, queryset: QuerySet[Ticket], *, user: User, statuses: list[Status], people: list[User]
    ) -> None:
        """`statuses` and `people` are what the page shows anyway: no query of their own to check a value."""
        super().__init__(data, queryset)
        self.user = user
        self.filters["status"].extra["choices"] = [(str(status.pk), status.label) for status in statuses]
        working = [(str(person.pk), person.name) for person in people if person.is_active]
        gone = [(str(person.pk), person.name) for person in people if not person.is_active]
        self.people = {"working": working, "gone": gone}
        self.filters["assignee"].extra["choices"] = [(ME, _("me")), (NOBODY, _("nobody")), *working, *gone]

    def in_state(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.open() if value == OPEN else tickets.closed()

    def in_inbox(self, tickets: Any, name: str, value: str) -> Any:
        number = ticket_number(value)
        return tickets.none() if number is None else tickets.filter(inbox=number)

    def with_status(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.filter(status=int(value))

    def with_assignee(self, tickets: Any, name: str, value: str) -> Any:
        if value == NOBODY:
            return tickets.unassigned()
        return tickets.filter(assignee=self.user.pk if value == ME else int(value))

    def in_any_order(self, tickets: Any, name: str, value: str) -> Any:
        return tickets  # tickets/pages.py orders: the cursor needs to know how

    def with_words(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.matching(value)

    @property
    def chosen(self) -> dict[str, str]:
        """The valid values, the default ordering included."""
        given: dict[str, str] = {name: value for name, value in self.form.cleaned_data.items() if value}
        return {"ordering": ORDERINGS[0], **given}

    @property
    def is_nobodys(self) -> bool:
        return self.chosen.get("assignee") == NOBODY

    @property
    def narrows(self) -> bool:
        """Whether anything but the order was chosen."""
        return bool(self.chosen.keys() - {"ordering"})

    def complaints(self) -> list[str]:
        """What is wrong with the values given, in words."""
        form: forms.Form = self.form
        return [str(error) for errors in form.errors.values() for error in errors]
