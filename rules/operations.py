"""Verbs on rules: added, switched and removed on the fly, by any employee."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rules import action_checks, language, schedules
from rules.models import TIMED, Event, Rule, RuleVersion
from rules.timers import LONGEST_MINUTES
from staff.models import Team, User
from staff.roles import MANAGE_PEOPLE
from tickets.errors import OperationRefused
from tickets.models import Client, Inbox

LONGEST_NAME = 120


def always_assign(client: Client, *, assign_to: User, staff: User) -> Rule:
    """The rule that gives this client's next tickets to `assign_to`; it replaces the one there was."""
    if not assign_to.is_active:
        raise OperationRefused(_("%(name)s no longer works here.") % {"name": assign_to.name})
    defaults = {"assign_to": assign_to, "enabled": True}
    with transaction.atomic(durable=True):
        theirs = Rule.objects.filter(client=client, event=Rule.Event.TICKET_OPENED)
        if (before := theirs.select_for_update(of=("self",)).first()) is not None:
            require_may_change(before, staff)
        rule, _created = Rule.objects.update_or_create(
            client=client,
            event=Rule.Event.TICKET_OPENED,
            defaults=defaults,
            create_defaults={**defaults, "created_by": staff},
        )
    return rule


@dataclass(frozen=True)
class Definition:
    """What a rule says, as the builder sends it and as JSON is exported and imported."""

    name: str
    event: str
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    stops: bool = False
    position: int = 100
    minutes: int | None = None
    inbox: int | None = None
    team: int | None = None
    schedule: dict[str, Any] | None = None
    editable_by: str = Rule.EditableBy.ALL


def may_change(rule: Rule, staff: User) -> bool:
    """Whether `staff`, who may change rules, may change this one."""
    if rule.editable_by == Rule.EditableBy.ALL or staff.has_perm(MANAGE_PEOPLE):
        return True
    return rule.editable_by == Rule.EditableBy.AUTHOR and rule.created_by_id == staff.pk


def require_may_change(rule: Rule, staff: User) -> None:
    """Raises OperationRefused."""
    if not may_change(rule, staff):
        words = _("This rule is changed by: %(who)s.")
        raise OperationRefused(words % {"who": rule.get_editable_by_display()})


def wrong_in(definition: Definition) -> list[tuple[str, str]]:
    """(path, words) for everything that is wrong with it."""
    wrong = []
    if definition.event not in Event.values:
        wrong.append(("event", _("Choose what the rule waits for.")))
    if definition.event in TIMED and not 1 <= (definition.minutes or 0) <= LONGEST_MINUTES:
        wrong.append(("minutes", _("Say how long the while is, in minutes; a year at most.")))
    if definition.event == Event.SCHEDULE and (words := schedules.wrong_in(definition.schedule)):
        wrong.append(("event", words))
    if definition.inbox is not None and not Inbox.objects.filter(pk=definition.inbox).exists():
        wrong.append(("inbox", _("There is no such inbox any more.")))
    if definition.team is not None and not Team.objects.filter(pk=definition.team).exists():
        wrong.append(("team", _("There is no such team any more.")))
    if definition.editable_by not in Rule.EditableBy.values:
        wrong.append(("editable_by", _("Choose who may change it.")))
    if len(definition.name) > LONGEST_NAME:
        wrong.append(("name", _("%(most)d characters at most.") % {"most": LONGEST_NAME}))
    if definition.conditions:
        found = language.check(definition.conditions)
        wrong += [(f"conditions.{one.path}".rstrip("."), one.words) for one in found]
    wrong += action_checks.check(definition.actions)
    if not definition.actions:
        wrong.append(("actions", _("Add what the rule does.")))
    return wrong


def save_rule(rule: Rule | None, definition: Definition, *, staff: User, version: int = 0) -> Rule:
    """The rule as it is defined, new without `rule`. Refused when something is wrong with it, or when it no
    longer has the `version` that its page showed."""
    if wrong := wrong_in(definition):
        raise OperationRefused(wrong[0][1])
    with transaction.atomic(durable=True):
        if rule is not None:
            rule = Rule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
            if rule is None:
                raise OperationRefused(_("This rule no longer exists."))
            require_may_change(rule, staff)
            if version and rule.version != version:
                raise OperationRefused(
                    _("Somebody changed this rule meanwhile. Nothing was overwritten: load the page again.")
                )
            rule.version += 1
        rule = rule or Rule(created_by=staff)
        rule.name, rule.event, rule.stops = definition.name, definition.event, definition.stops
        rule.conditions, rule.actions = definition.conditions, definition.actions
        rule.position = definition.position
        rule.minutes = definition.minutes if definition.event in TIMED else None
        rule.schedule = (definition.schedule or {}) if definition.event == Event.SCHEDULE else {}
        rule.inbox_id, rule.team_id = definition.inbox, definition.team
        rule.editable_by = definition.editable_by
        rule.save()
        RuleVersion.objects.create(
            rule=rule, version=rule.version, definition=asdict(definition), staff=staff
        )
    return rule


def resume(rule: Rule) -> Rule:
    """The rule, no longer at rest because it ran too often."""
    rule.paused_at = None
    rule.save(update_fields=["paused_at", "updated_at"])
    return rule


def switch(rule: Rule, *, enabled: bool) -> Rule:
    """The rule, applied from now on, or resting."""
    rule.enabled = enabled
    rule.save(update_fields=["enabled", "updated_at"])
    return rule


def remove(rule: Rule) -> None:
    """The rule is gone; what it did stays in the tickets' journals."""
    with transaction.atomic(durable=True):
        # Its runs are collected when nobody can add one any more: a ticket that opens now goes on without it.
        if Rule.objects.select_for_update().filter(pk=rule.pk).exists():
            rule.delete()
