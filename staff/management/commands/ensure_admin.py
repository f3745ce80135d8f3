"""`manage.py ensure_admin`: there is an administrator who can sign in. Safe to run at every start."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from staff.links import DAYS_VALID, password_link
from staff.models import User


class Command(BaseCommand):
    help = (
        "Creates the administrator ADMIN_USERNAME when there is none, with ADMIN_PASSWORD, or without one "
        "with a link to choose it. Changes nothing of an administrator who has a password."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        name, password = settings.ADMIN_USERNAME.strip(), settings.ADMIN_PASSWORD
        if not name:
            raise CommandError("ADMIN_USERNAME is empty. Give the administrator a user name.")
        user, created = self._user(name)
        if not (user.is_active and user.is_superuser and user.is_staff):
            raise CommandError(
                f"“{name}” exists but is no active administrator, and is left as it is. "
                "Set ADMIN_USERNAME to another name, or let an administrator change it."
            )
        if not created and user.has_usable_password():
            self.stdout.write(f"The administrator “{name}” exists; nothing was changed.")
            return
        if password:
            user.set_password(password)
            user.save(update_fields=["password"])
            self.stdout.write(
                f"The administrator “{name}” was {'created' if created else 'given a password'}."
            )
            return
        self.stdout.write(
            f"The administrator “{name}” {'was created' if created else 'has no password yet'}. "
            f"Choose the password here, within {DAYS_VALID} days: {password_link(user)}"
        )

    def _user(self, name: str) -> tuple[User, bool]:
        found = User.objects.filter(username=name).first()
        if found is not None:
            return found, False
        user = User(username=name, is_staff=True, is_superuser=True)
        user.set_unusable_password()
        try:
            user.clean_fields(exclude=["password"])
            with transaction.atomic():
                user.save(force_insert=True)
        except ValidationError as error:
            words = " ".join(error.messages)
            raise CommandError(f"ADMIN_USERNAME “{name}” can't be a user name: {words}") from error
        except IntegrityError:  # a second process was quicker
            return User.objects.get(username=name), False
        return user, True
