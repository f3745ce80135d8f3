"""What the ticket list can be narrowed to. A wrong value is explained in words and the rest still applies."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import User
from tickets.choices import Choices
from tickets.models import Status, Ticket
from tickets.pages import ORDERINGS
from tickets.search import fold
from tickets.search_language import Asked, parse

ME, NOBODY, MINE = "me", "none", "mine"
YES = "1"
LONGEST_WAIT = 366 * 24 * 60  # minutes
Chosen = dict[str, str | list[str]]  # as in the address; several values of one name are a list
STATES = {
    "open": gettext_lazy("Open"),
    "snoozed": gettext_lazy("Snoozed"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}
LONGEST_SEARCH = 200

ORDERING_WORDS = {
    "-updated_at": gettext_lazy("Latest activity first"),
    "updated_at": gettext_lazy("Earliest activity first"),
    "-created_at": gettext_lazy("Newest first"),
    "created_at": gettext_lazy("Oldest first"),
}


def _choice(method: str, wrong: Any, choices: Any = ()) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        method=method, choices=list(choices), error_messages={"invalid_choice": wrong}
    )


def _choices(method: str, wrong: Any, choices: Any = ()) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(
        method=method, choices=list(choices), error_messages={"invalid_choice": wrong}
    )


def _date() -> django_filters.DateFilter:
    wrong = gettext_lazy("A date is written like 2026-11-28; another one was left out.")
    return django_filters.DateFilter(
        method="by_date", input_formats=["%Y-%m-%d"], error_messages={"invalid": wrong}
    )


def _yes(method: str) -> django_filters.ChoiceFilter:
    wrong = gettext_lazy("“%(value)s” is neither 1 nor nothing. It was left out.")
    return _choice(method, wrong, [(YES, "")])


# "before:" ends with the day before, "after:" begins with the day itself.
DATES = {"before": "created_before", "after": "created_from"}


def _is_in(wanted: str, name: str) -> bool:
    return fold(wanted) in fold(name)


class WaitFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    """Whole minutes."""

    field_class = forms.IntegerField


class TicketFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Every name may be left out. `tag` (all of them) and `priority` (any of them) may come several times;
    `waiting` is in minutes; dates are days in the reader's time zone, both ends included."""

    state = _choice(
        "in_state", gettext_lazy("There is no state “%(value)s”. It was left out."), STATES.items()
    )
    status = _choice("with_status", gettext_lazy("There is no status “%(value)s”. It was left out."))
    assignee = _choice("with_assignee", gettext_lazy("There is no employee “%(value)s”. It was left out."))
    team = _choice("of_team", gettext_lazy("There is no team “%(value)s”. It was left out."))
    inbox = _choice("in_inbox", gettext_lazy("There is no inbox “%(value)s”. It was left out."))
    tag = _choices("with_tags", gettext_lazy("There is no tag “%(value)s”. The filter by tags was left out."))
    priority = _choices(
        "with_priority",
        gettext_lazy("There is no priority “%(value)s”. The filter by priority was left out."),
        [(str(value), label) for value, label in Ticket.Priority.choices],
    )
    created_from, created_to, updated_from, updated_to = _date(), _date(), _date(), _date()
    waiting = WaitFilter(
        method="waiting_for",
        min_value=1,
        max_value=LONGEST_WAIT,
        error_messages={
            name: gettext_lazy("A wait is a number of minutes, a year at most; another one was left out.")
            for name in ("invalid", "min_value", "max_value")
        },
    )
    unreachable = _yes("of_unreachable")
    mentioned = _yes("with_mention")
    unread = _yes("not_read")
    ordering = _choice(
        "in_any_order", gettext_lazy("Tickets can't be ordered by “%(value)s”."), ORDERING_WORDS.items()
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
        self,
        data: Any,
        queryset: QuerySet[Ticket],
        *,
        user: User,
        statuses: list[Status],
        people: list[User],
        choices: Choices,
    ) -> None:
        """`statuses`, `people` and `choices` are what the page shows anyway: no query to check a value."""
        super().__init__(data, queryset)
        self.asked = Asked()  # as the search was understood, once it was made
        self._untold: list[str] = []  # what the search could not make sense of, known when it was made
        self.user = user
        self.offered = choices
        working = [(str(person.pk), person.name) for person in people if person.is_active]
        gone = [(str(person.pk), person.name) for person in people if not person.is_active]
        self.people = {"working": working, "gone": gone}
        for name, offered in {
            "status": [(str(status.pk), status.label) for status in statuses],
            "assignee": [(ME, _("me")), (NOBODY, _("nobody")), *working, *gone],
            "team": [(MINE, _("my teams")), (NOBODY, _("no team")), *choices.teams],
            "inbox": choices.inboxes,
            "tag": choices.tags,
        }.items():
            self.filters[name].extra["choices"] = offered

    def in_state(self, tickets: Any, name: str, value: str) -> Any:
        if value == "open":
            return tickets.active()
        if value == "snoozed":
            return tickets.snoozed()
        return tickets.closed() if value == "closed" else tickets

    def with_status(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.filter(status=int(value))

    def with_assignee(self, tickets: Any, name: str, value: str) -> Any:
        if value == NOBODY:
            return tickets.unassigned()
        return tickets.filter(assignee=self.user.pk if value == ME else int(value))

    def of_team(self, tickets: Any, name: str, value: str) -> Any:
        if value == NOBODY:
            return tickets.filter(team__isnull=True)
        return tickets.filter(team__in=self.user.teams.values("pk") if value == MINE else [int(value)])

    def in_inbox(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.filter(inbox=int(value))

    def with_tags(self, tickets: Any, name: str, values: list[str]) -> Any:
        for value in values:
            tickets = tickets.tagged(int(value))
        return tickets

    def with_priority(self, tickets: Any, name: str, values: list[str]) -> Any:
        return tickets.filter(priority__in=[int(value) for value in values])

    def by_date(self, tickets: Any, name: str, value: date) -> Any:
        column, _underscore, end = name.partition("_")
        try:
            begin = timezone.make_aware(datetime.combine(value, time()))
            after = timezone.make_aware(datetime.combine(value + timedelta(days=1), time()))
        except OverflowError:  # the year 1 or 9999: all there is lies on one side of it
            return tickets
        if end == "before":
            return tickets.filter(**{f"{column}_at__lt": begin})
        if end == "from":
            return tickets.filter(**{f"{column}_at__gte": begin})
        return tickets.filter(**{f"{column}_at__lt": after})

    def waiting_for(self, tickets: Any, name: str, value: int) -> Any:
        return tickets.filter(waiting_since__lte=timezone.now() - timedelta(minutes=value))

    def of_unreachable(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.filter(client__is_reachable=False)

    def with_mention(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.mentioning(self.user)

    def not_read(self, tickets: Any, name: str, value: str) -> Any:
        return tickets.unread_by(self.user)

    def in_any_order(self, tickets: Any, name: str, value: str) -> Any:
        return tickets  # tickets/pages.py orders: the cursor needs to know how

    def with_words(self, tickets: Any, name: str, value: str) -> Any:
        """Words, phrases and operators (tickets/search_language.py); one that finds nothing to stand for is
        told and left out."""
        self.asked = asked = parse(value)
        for operator, wanted in asked.operators:
            tickets = self._operated(tickets, operator, wanted)
        for phrase in asked.phrases:
            tickets = tickets.with_phrase(phrase)
        return tickets.matching(asked.words)

    def _operated(self, tickets: Any, operator: str, wanted: str) -> Any:
        if operator == "from":
            people = [pk for group in self.people.values() for pk, name in group if _is_in(wanted, name)]
            return tickets.written_by(wanted, [int(pk) for pk in people])
        if operator in {"before", "after"}:
            try:
                return self.by_date(tickets, DATES[operator], date.fromisoformat(wanted))
            except ValueError:
                self._untold.append(_("“%(date)s” is no date like 2026-11-28.") % {"date": wanted})
                return tickets
        offered = {
            "tag": self.offered.tags,
            "in": self.offered.inboxes,
            "status": self.filters["status"].extra["choices"],
        }[operator]
        ids = [int(pk) for pk, name in offered if _is_in(wanted, str(name))]
        if not ids:
            self._untold.append(
                _("Nothing is called “%(name)s”: “%(operator)s:” was left out.")
                % {
                    "name": wanted,
                    "operator": operator,
                }
            )
            return tickets
        if operator == "tag":
            return tickets.tagged(*ids)
        return tickets.filter(**{"inbox__in" if operator == "in" else "status__in": ids})

    @property
    def chosen(self) -> Chosen:
        """The valid values as they stand in an address, the default ordering included."""
        given: Chosen = {
            name: [str(one) for one in value] if isinstance(value, list) else str(value)
            for name, value in self.form.cleaned_data.items()
            if value
        }
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
        wrong = [str(error) for errors in form.errors.values() for error in errors]
        return list(dict.fromkeys([*wrong, *self._untold]))
