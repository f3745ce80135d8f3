from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from tickets.seeds import seed_statuses

        # After every migrate, not in a migration: a flushed test database gets its statuses back.
        post_migrate.connect(seed_statuses, sender=self)
