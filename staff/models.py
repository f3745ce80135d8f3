"""An employee: who may sign in, in which language and time zone they read."""

import zoneinfo

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


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


class EmployeeManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Django's manager of users, with the adjectives above."""

    use_in_migrations = False


class User(AbstractUser):
    """Every active user is an employee and works on tickets; `is_staff` opens the Django admin besides."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    # No LANGUAGES from settings here: a language added there must not become a migration.
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=8, blank=True, choices=Theme, default=Theme.SYSTEM)

    objects = EmployeeManager()  # type: ignore[misc]  # AbstractUser calls its own a class variable

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
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
