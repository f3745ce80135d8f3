"""Tells open pages that what an employee may see has changed, as soon as that is committed.

Only to be quick: tickets/hub.py looks every few seconds by itself, whatever was never told.
"""

from typing import Any

from django.db import transaction

from staff.models import User
from tickets import live

# What a sign-in or a choice of language saves concerns no page but the person's own.
UNSEEN = {"last_login", "theme", "language", "time_zone", "password"}


def tell_of_person(
    instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    """A receiver of `post_save` of employees."""
    if created or (update_fields and update_fields <= UNSEEN):
        return
    transaction.on_commit(lambda: live.person_changed(instance.pk))


def tell_of_sessions(user: User, **kwargs: Any) -> None:
    """A receiver of `sessions_ended`."""
    transaction.on_commit(lambda: live.person_changed(user.pk))
