"""Whether the bots' process lives: for the container's health check."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from telegram_bridge import bot_states
from telegram_bridge.models import Bot


class Command(BaseCommand):
    help = "Exits with 1, and says which, when a bot's process has shown no sign of life."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        silent = [str(bot) for bot in Bot.objects.all() if bot_states.is_silent(bot, timezone.now())]
        if silent:
            raise CommandError(f"No sign of life: {', '.join(silent)}")
