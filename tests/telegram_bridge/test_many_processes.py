"""Several processes ingest the same backlog: once, in order, one ticket."""

import subprocess
import sys

import pytest
from django.utils import timezone

from telegram_bridge import storing
from telegram_bridge.models import Update
from tests.factories import make_bot
from tests.processes import ROOT, Processes
from tests.telegram_bridge.updates import CLIENT, text
from tickets.models import Client, Message, Ticket

PROCESSES = 4


@pytest.mark.crash
def test_twenty_updates_of_a_new_client_become_one_ticket_with_twenty_messages_in_order(
    processes: Processes,
) -> None:
    bot = make_bot()
    bodies = [text(f"{number}", CLIENT) for number in range(20)]
    raws = [storing.read_update({"update_id": number, "message": body}) for number, body in enumerate(bodies)]
    storing.store(bot.pk, raws, now=timezone.now())
    command = [sys.executable, "-m", "tests.telegram_bridge.ingesting"]
    running = [
        subprocess.Popen(
            command, env=processes.env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        one.communicate(timeout=60)
        assert one.returncode == 0
    assert set(Update.objects.values_list("state", "tries")) == {("done", 1)}
    assert (Client.objects.count(), Ticket.objects.count()) == (1, 1)
    messages = Message.objects.order_by("seq")
    assert [message.text for message in messages] == [f"{number}" for number in range(20)]
    assert [message.seq for message in messages] == list(range(2, 22))
