"""Receives for the bots and delivers replies, until it is stopped."""

import asyncio
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from telegram_bridge import bots

# Many short pieces of work hand over to each other in this process: Python's usual 5 ms before one thread may
# interrupt another were longer than most of them take, and a client's message reached its page a tenth later.
SWITCH_SECONDS = 0.0005


class Command(BaseCommand):
    help = "Receives clients' messages from Telegram and delivers replies to it. Ends with Ctrl-C or SIGTERM."
    requires_system_checks = []  # the web process and `manage.py check` run them; here they cost a second

    def handle(self, *args: Any, **options: Any) -> None:
        from telegram_bridge.runner import Runner

        self._ensure_bots()

        async def run() -> None:
            await Runner().run()

        sys.setswitchinterval(SWITCH_SECONDS)
        asyncio.run(run())

    def _ensure_bots(self) -> None:
        try:
            if settings.TELEGRAM_BOT_TOKEN:
                bots.ensure_bot(settings.TELEGRAM_BOT_TOKEN)
            elif not bots.all_bots():
                self.stderr.write(
                    "There is no bot yet: add one on the page “Bots”, where it is found by itself, or set "
                    "TELEGRAM_BOT_TOKEN (@BotFather in Telegram gives you one)."
                )
        except bots.WrongToken as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            raise CommandError(f"The database can't be reached: {str(error).strip()}") from None
        finally:
            connections.close_all()
