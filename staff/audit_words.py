"""What the audit says: fields by the names people know, values as they were chosen from."""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from staff.audit import WATCHED
from staff.models import AuditEntry, Invitation
from staff.roles import Role


def kinds() -> dict[str, str]:
    """What there can be entries about: "tickets.status" → "Status"."""
    watched: list[type[models.Model]] = [*WATCHED, Invitation]
    names = {model._meta.label_lower: str(model._meta.verbose_name).capitalize() for model in watched}
    return {**names, "auth.group": _("Role")}


def kind_of(entry: AuditEntry) -> str:
    return kinds().get(entry.object_type, entry.object_type)


def changes_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(field, before, after), empty where there was nothing; a secret has neither."""
    try:
        model = apps.get_model(entry.object_type)
    except (LookupError, ValueError):
        model = None
    return [
        (_name(model, name), _value(model, name, before), _value(model, name, after))
        for name, (before, after) in entry.changes.items()
    ]


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except (AttributeError, FieldDoesNotExist):
        return None


def _name(model: Any, name: str) -> str:
    if name == "role":
        return _("Role")
    field = _field(model, name)
    words = getattr(field, "verbose_name", "") or name
    return str(words)[:1].upper() + str(words)[1:]


def _value(model: Any, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(model, name)
    choices = Role.choices if name == "role" else getattr(field, "flatchoices", None)
    if choices and not isinstance(field, models.ManyToManyField):
        return str(dict(choices).get(value, value))
    return str(value)
