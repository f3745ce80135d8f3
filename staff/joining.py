"""A new employee has a role from the first moment: an agent's, or an administrator's for a superuser."""

from typing import Any

from django.contrib.auth.models import Group

from staff.models import User
from staff.roles import Role


def give_first_role(instance: User, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw:
        role = Role.ADMINISTRATOR if instance.is_superuser else Role.AGENT
        instance.groups.set(Group.objects.filter(name=role.value))
