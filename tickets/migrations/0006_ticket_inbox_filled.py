"""Tickets learn their client's inbox, how far the client wrote, and since when they wait for an answer."""

from django.db import migrations

FILL = """
UPDATE tickets_ticket AS ticket SET
    inbox_id = client.inbox_id,
    last_in_seq = coalesce(
        (SELECT max(seq) FROM tickets_message WHERE ticket_id = ticket.id AND direction = 'in'), 0),
    waiting_since = CASE WHEN ticket.closed_at IS NULL THEN (
        SELECT min(message.created_at) FROM tickets_message AS message
        WHERE message.ticket_id = ticket.id AND message.direction = 'in' AND message.seq > coalesce(
            (SELECT max(seq) FROM tickets_message
             WHERE ticket_id = ticket.id AND direction = 'out' AND author_id IS NOT NULL), 0)
    ) END
FROM tickets_client AS client WHERE client.id = ticket.client_id
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_workspace")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
