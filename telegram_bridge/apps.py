from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelegramBridgeConfig(AppConfig):
    name = "telegram_bridge"
    verbose_name = _("Telegram")

    def ready(self) -> None:
        from staff import audit
        from telegram_bridge.models import Bot
        from telegram_bridge.receivers import announce_typing, queue_deliveries
        from tickets.signals import staff_types, ticket_changed

        audit.watch(Bot, "inbox", "mode", "is_enabled", secret=("encrypted_token",))
        ticket_changed.connect(queue_deliveries, dispatch_uid="telegram_bridge.deliver")
        staff_types.connect(announce_typing, dispatch_uid="telegram_bridge.type")
