from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from django.contrib.auth.models import Group

        from staff import audit, devices
        from staff.joining import give_first_role
        from staff.models import Team, User

        post_save.connect(give_first_role, sender=User)
        post_save.connect(devices.end_of_leaver, sender=User)
        audit.watch(User, "username", "first_name", "last_name", "email", "is_active", "scope", "capacity")
        audit.watch(Team, "name", "colour")
        audit.watch_members(Team, "members")
        audit.watch_members(Group, "permissions")
