"""The project's own app: its start-up checks."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        from helpdesk import checks  # noqa: F401  (registers the start-up checks)
        from staff.roles import seed_roles

        # Of our apps with models the bridge is the last: by then all permissions have their rows.
        post_migrate.connect(seed_roles, sender=apps.get_app_config("telegram_bridge"))
