"""An employee: who may sign in, in which language and time zone they read."""

import zoneinfo
from functools import cached_property

from django.contrib.auth.models import AbstractUser, Group, Permission, UserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, OuterRef, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staff.roles import Role

MOST_CAPACITY = 10_000  # tickets


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA time zone, such as Europe/Berlin."""
    if name and name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Example: Europe/Berlin"), params={"name": name}
        )


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        """Who may work now; a deactivated employee keeps their history and nothing else."""
        return self.filter(is_active=True)

    def by_name(self) -> "UserQuerySet":
        return self.order_by(Lower("first_name"), Lower("last_name"), "username")

    def with_permissions(self) -> "UserQuerySet":
        """What they may do comes along, as `User.granted` needs it: by their roles, and of their own."""
        full_name = Concat(F("content_type__app_label"), Value("."), F("codename"))
        by_role = Permission.objects.filter(group__user=OuterRef("pk")).values(full_name=full_name)
        own = Permission.objects.filter(user=OuterRef("pk")).values(full_name=full_name)
        both = Func(ArraySubquery(by_role), ArraySubquery(own), function="array_cat")
        return self.annotate(permission_names=both)


class EmployeeManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Django's manager of users, with the adjectives above."""

    use_in_migrations = False


class User(AbstractUser):
    """Every active user is an employee and works on tickets; `is_staff` opens the Django admin besides."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Availability(models.TextChoices):
        ONLINE = "online", pgettext_lazy("availability", "Online")
        AWAY = "away", pgettext_lazy("availability", "Away")
        OFF = "off", pgettext_lazy("availability", "Off")

    class Scope(models.TextChoices):
        ALL = "all", _("All tickets")
        INBOXES = "inboxes", _("Only their inboxes")
        TEAMS = "teams", _("Only their teams’ tickets and their own")

    # No LANGUAGES from settings here: a language added there must not become a migration.
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=8, blank=True, choices=Theme, default=Theme.SYSTEM)

    availability = models.CharField(
        _("availability"),
        max_length=8,
        choices=Availability,
        default=Availability.ONLINE,
        db_default="online",
    )
    # Which tickets they see; their inboxes and teams are named there (Inbox.members, Team.members).
    scope = models.CharField(_("sees"), max_length=8, choices=Scope, default=Scope.ALL, db_default="all")
    # For what rules share out; whoever is named, by a rule or a colleague, gets the ticket all the same.
    capacity = models.PositiveIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_CAPACITY, _("%(limit_value)d tickets at most."))],
        help_text=_("How many active tickets rules give this person at most; empty: no limit."),
    )

    objects = EmployeeManager()  # type: ignore[misc]  # AbstractUser calls its own a class variable

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        permissions = [("manage_people", "Can invite, limit and deactivate employees")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="user_email_unique",
                violation_error_message=_("Another employee has this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The full name, or the user name of somebody who gave none."""
        return self.get_full_name() or self.username

    @cached_property
    def granted(self) -> set[str]:
        """The names of their permissions ("tickets.change_ticket"), from roles and of their own."""
        names = self.__dict__.get("permission_names")
        if names is None:
            found = User.objects.with_permissions().filter(pk=self.pk).first()
            names = found.permission_names if found else []
        return set(names)

    @property
    def role(self) -> Role:
        """The highest of their groups; who has none (an account from a script) may only look."""
        if self.is_superuser:
            return Role.ADMINISTRATOR
        names = {group.name for group in self.groups.all()}
        return next((role for role in Role if role.value in names), Role.VIEWER)

    def set_role(self, role: Role) -> None:
        """Gives them `role` and nothing else; administrators also open the Django admin. Saves."""
        from staff import audit  # which needs this model

        before = self.role if self.groups.exists() else None
        self.is_staff = self.is_superuser = role == Role.ADMINISTRATOR
        self.save(update_fields=["is_staff", "is_superuser"])
        self.groups.set(Group.objects.filter(name=role.value))
        self.__dict__.pop("granted", None)
        self.__dict__.pop("permission_names", None)
        if before != role:
            changes = {"role": [str(before) if before else None, str(role)]}
            audit.record(audit.Action.CHANGED, self, changes)
