"""The four roles: Django groups with permissions, seeded after every migrate.

Who may look at all is decided by `is_active`; what one may do by these; which tickets one sees by User.scope.
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The value is the group's name."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")
    VIEWER = "viewer", _("Viewer")


# Taking, answering, assigning, noting: everything that changes a ticket or its client.
WORK = "tickets.change_ticket"
# Teams, tags, and what is shared with all: saved views, canned replies.
MANAGE_DESK = "tickets.manage_desk"
CHANGE_RULES = "rules.change_rule"
MANAGE_BOTS = "telegram_bridge.change_bot"
MANAGE_PEOPLE = "staff.manage_people"
VIEW_AUDIT = "staff.view_auditentry"

VIEWING = ("tickets.view_ticket",)
WORKING = (*VIEWING, WORK, CHANGE_RULES)
SUPERVISING = (*WORKING, MANAGE_DESK)
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.VIEWER: VIEWING,
    Role.AGENT: WORKING,
    Role.SUPERVISOR: SUPERVISING,
    Role.ADMINISTRATOR: (*SUPERVISING, MANAGE_BOTS, MANAGE_PEOPLE, VIEW_AUDIT),
}


def seed_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Creates what is missing of the four groups; a role that is there keeps what an owner made of it.

    Connected for the last of our apps: by then every permission has its row.
    """
    try:
        apps = kwargs.get("apps", installed)
        group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return
    there = set(group.objects.using(using).values_list("name", flat=True))
    missing = [role for role in Role if role.value not in there]
    if not missing:
        return
    rows = permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    by_name = {f"{app}.{codename}": pk for app, codename, pk in rows}
    for role in missing:
        made = group.objects.using(using).create(name=role.value)
        made.permissions.set([by_name[name] for name in PERMISSIONS[role] if name in by_name])
    _give_roles(apps.get_model("staff", "User"), group, using)


def _give_roles(user: Any, group: Any, using: str) -> None:
    """Who worked here before there were roles may do what they did."""
    without = user.objects.using(using).filter(groups=None)
    for role, people in (
        (Role.ADMINISTRATOR, without.filter(is_superuser=True)),
        (Role.AGENT, without.filter(is_superuser=False)),
    ):
        group.objects.using(using).get(name=role.value).user_set.add(*people)
