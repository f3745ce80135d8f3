"""The database goes away in the middle of an update: that is no fault of the update, which is tried again."""

import pytest
from django.db import OperationalError, connection
from procrastinate.exceptions import ConnectorException

from telegram_bridge import database_faults, files, ingest
from telegram_bridge.jobs import queue_file
from telegram_bridge.models import Update
from tests.factories import make_bot
from tests.telegram_bridge.updates import CLIENT, Inbound, file, message
from tickets.models import Attachment, Message


@pytest.mark.django_db(transaction=True)
def test_away_just_when_a_job_is_queued_the_update_waits_and_is_applied_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inbound = Inbound(make_bot())
    update = inbound.store(message(CLIENT, document=file(file_name="bill.pdf")))
    lane = (inbound.bot.pk, CLIENT)

    def ended_by_the_server(attachment_id: int) -> None:
        """Ends its own connection, as a restart of PostgreSQL does."""
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        queue_file(attachment_id)

    monkeypatch.setattr(files, "queue_file", ended_by_the_server)
    with pytest.raises(ConnectorException) as met:
        ingest.apply_next(lane, inbound.bot.inbox_id)
    assert database_faults.passes(met.value)
    connection.close()
    assert Update.objects.get(pk=update.pk).state == "stored"
    assert not Message.objects.exists()

    monkeypatch.setattr(files, "queue_file", queue_file)
    assert ingest.apply_next(lane, inbound.bot.inbox_id)
    assert Update.objects.get(pk=update.pk).state == "done"
    assert Attachment.objects.get().name == "bill.pdf"
