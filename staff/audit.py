"""Who changed which setting, rule or role, when: written with the change, whatever page or script made it.

A room names what it wants kept in its `ready()`: `watch(Model, "field", …)`. Whoever a request is from is the
actor (staff/middleware.py); without one it was the system itself, or a script.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest

from staff.models import AuditEntry, User

Action = AuditEntry.Action
Changes = dict[str, list[Any]]

_request: ContextVar[HttpRequest | None] = ContextVar("audited_request", default=None)

# Model → the fields that are settings, and which of them are told as changed only.
WATCHED: dict[type[models.Model], tuple[str, ...]] = {}
SECRET: dict[type[models.Model], tuple[str, ...]] = {}


@contextmanager
def acting(request: HttpRequest) -> Iterator[None]:
    """Within it changes are those of whoever is signed in with `request`."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def actor() -> User | None:
    """Who acts now; nobody outside a request."""
    request = _request.get()
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def watch(model: type[models.Model], *fields: str, secret: tuple[str, ...] = ()) -> None:
    """Keeps what happens to these fields of a model; of the `secret` ones only that it did."""
    WATCHED[model], SECRET[model] = fields + secret, secret
    label = model._meta.label_lower
    pre_save.connect(_look, sender=model, dispatch_uid=f"audit.look.{label}")
    post_save.connect(_saved, sender=model, dispatch_uid=f"audit.saved.{label}")
    post_delete.connect(_deleted, sender=model, dispatch_uid=f"audit.deleted.{label}")


def watch_members(model: type[models.Model], field: str) -> None:
    """Keeps who is put into, and taken out of, a many-to-many field."""
    through = model._meta.get_field(field).remote_field.through  # type: ignore[union-attr]  # a many-to-many
    uid = f"audit.members.{model._meta.label_lower}.{field}"

    def changed(sender: Any, instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
        if action in {"post_add", "post_remove"} and pk_set:
            _members(model, field, instance, pk_set, added=action == "post_add", reverse=reverse)

    m2m_changed.connect(changed, sender=through, weak=False, dispatch_uid=uid)


def record(action: str, row: models.Model, changes: Changes | None = None, *, name: str = "") -> None:
    """Writes one entry about `row`, called `name` or what it calls itself."""
    by = actor()
    AuditEntry.objects.create(
        actor=by,
        actor_name=by.name if by else "",
        action=action,
        object_type=row._meta.label_lower,
        object_id=row.pk if isinstance(row.pk, int) else None,
        object_name=(name or str(row))[:300],
        changes=changes or {},
    )


def _look(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Before it is saved: what the fields are now."""
    instance._audited = None
    if raw or instance._state.adding or (update_fields and not set(update_fields) & set(WATCHED[sender])):
        return
    instance._audited = sender._base_manager.filter(pk=instance.pk).first()


def _saved(sender: Any, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if raw or not _is_shared(instance):
        return
    if created:
        record(Action.ADDED, instance, _changes(sender, None, instance))
        return
    before = getattr(instance, "_audited", None)
    changes = _changes(sender, before, instance) if before is not None else {}
    if not changes:
        return
    action = Action.CHANGED
    if set(changes) == {"is_active"}:
        action = Action.ACTIVATED if instance.is_active else Action.DEACTIVATED
    record(action, instance, changes)


def _deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    if _is_shared(instance):
        record(Action.REMOVED, instance)


def _is_shared(instance: Any) -> bool:
    """What somebody keeps for themselves alone is no setting of the desk."""
    return getattr(instance, "audience", "") != "own"


def _changes(model: Any, before: Any, now: Any) -> Changes:
    found: Changes = {}
    for name in WATCHED[model]:
        was, is_now = _value(before, name), _value(now, name)
        if was != is_now and (before is not None or is_now not in {"", None}):
            found[name] = [None, None] if name in SECRET[model] else [was, is_now]
    return found


def _value(row: Any, name: str) -> Any:
    if row is None:
        return None
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return str(value)[:300]
    return value if value is None or isinstance(value, bool | int) else str(value)[:300]


def _members(model: Any, field: str, instance: Any, pks: set[int], *, added: bool, reverse: bool) -> None:
    related = model._meta.get_field(field).related_model
    owners = model._base_manager.filter(pk__in=pks) if reverse else [instance]
    members = [instance] if reverse else related._base_manager.filter(pk__in=pks)
    names = ", ".join(str(one) for one in members)[:300]
    for owner in owners:
        record(Action.CHANGED, owner, {field: [None, names] if added else [names, None]})
