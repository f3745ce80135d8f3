"""Verbs on rules: added, switched and removed on the fly, by any employee."""

from django.db import transaction
from django.utils.translation import gettext as _

from rules.models import Rule
from staff.models import User
from tickets.errors import OperationRefused
from tickets.models import Client


def always_assign(client: Client, *, assign_to: User, staff: User) -> Rule:
    """The rule that gives this client's next tickets to `assign_to`; it replaces the one there was."""
    if not assign_to.is_active:
        raise OperationRefused(_("%(name)s no longer works here.") % {"name": assign_to.name})
    with transaction.atomic(durable=True):
        rule, _created = Rule.objects.update_or_create(
            client=client,
            event=Rule.Event.TICKET_OPENED,
            defaults={"assign_to": assign_to, "enabled": True, "created_by": staff},
        )
    return rule


def switch(rule: Rule, *, enabled: bool) -> Rule:
    """The rule, applied from now on, or resting."""
    rule.enabled = enabled
    rule.save(update_fields=["enabled"])
    return rule


def remove(rule: Rule) -> None:
    """The rule is gone; what it did stays in the tickets' journals."""
    with transaction.atomic(durable=True):
        # Its runs are collected when nobody can add one any more: a ticket that opens now goes on without it.
        if Rule.objects.select_for_update().filter(pk=rule.pk).exists():
            rule.delete()
