"""`python -m tests.telegram_bridge.ingesting`: says "ready", waits for a line, applies what is stored."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()
    from telegram_bridge import ingest
    from telegram_bridge.models import Bot, Update

    inboxes = dict(Bot.objects.values_list("pk", "inbox_id"))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while Update.objects.filter(state="stored").exists():
        for lane in ingest.waiting_lanes():
            ingest.apply_next(lane, inboxes[lane[0]])


if __name__ == "__main__":
    main()
