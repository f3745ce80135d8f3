from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from tickets.seeds import seed_statuses
        from tickets.sight_changes import tell_of_person

        # After every migrate, not in a migration: a flushed test database gets its statuses back.
        post_migrate.connect(seed_statuses, sender=self)
        post_save.connect(tell_of_person, sender="staff.User", dispatch_uid="tickets.tell_of_person")
