from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from staff import audit, devices
        from tickets.models import CannedReply, Inbox, SavedView, Status, Tag
        from tickets.seeds import seed_statuses
        from tickets.sight_changes import tell_of_person, tell_of_sessions

        # After every migrate, not in a migration: a flushed test database gets its statuses back.
        post_migrate.connect(seed_statuses, sender=self)
        audit.watch(Inbox, "name")
        audit.watch_members(Inbox, "members")
        audit.watch(Status, "name", "name_ru", "kind", "colour", "position")
        audit.watch(Tag, "name", "colour")
        audit.watch(SavedView, "name", "audience", "team", "filters")
        audit.watch(CannedReply, "shortcut", "title", "text", "audience", "team")
        post_save.connect(tell_of_person, sender="staff.User", dispatch_uid="tickets.tell_of_person")
        devices.sessions_ended.connect(tell_of_sessions, dispatch_uid="tickets.tell_of_sessions")
