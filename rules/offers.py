"""What there is to choose from in a rule: people, teams, tags, statuses, inboxes, canned replies, by id; and
their names."""

from functools import cached_property
from typing import Any

from rules.facts import FIELDS
from staff.models import Team, User
from tickets.models import CannedReply, Inbox, Status, Tag
from tickets.models.shared import Audience

Choices = list[tuple[str, str]]


class Offers:
    """Of one page; each list is read once, when something needs it."""

    @cached_property
    def people(self) -> Choices:
        return [(str(one.pk), one.name) for one in User.objects.active().by_name()]

    @cached_property
    def teams(self) -> Choices:
        return [(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]

    @cached_property
    def tags(self) -> Choices:
        return [(str(pk), name) for pk, name in Tag.objects.values_list("pk", "name")]

    @cached_property
    def statuses(self) -> Choices:
        return [(str(one.pk), one.label) for one in Status.objects.all()]

    @cached_property
    def inboxes(self) -> Choices:
        return [(str(pk), name) for pk, name in Inbox.objects.values_list("pk", "name")]

    @cached_property
    def canned(self) -> Choices:
        """Those that all may use: a rule is nobody's own, and sends nobody's own."""
        replies = CannedReply.objects.filter(audience=Audience.ALL)
        return [(str(one.pk), f"/{one.shortcut} {one.title}".rstrip()) for one in replies]

    def of(self, choices: Any) -> Choices:
        """`choices` as a field or an action names them: a list, or the name of one of these."""
        if isinstance(choices, str):
            found: Choices = getattr(self, choices)
            return found
        return [(str(value), str(label)) for value, label in choices or []]

    def name(self, choices: Any, value: Any) -> str:
        """What `value` is called; its number when there is no such thing any more."""
        return dict(self.of(choices)).get(str(value), f"#{value}")

    def of_field(self, name: str) -> Choices:
        return self.of(FIELDS[name].choices)
