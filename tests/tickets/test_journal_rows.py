"""The plain SQL that writes a change knows every column that a step may change."""

import re

from tickets import journal_reading, journal_rows
from tickets.models import Message, Ticket, TicketEvent

# Set once, when the row is made, by the step that makes it.
NEVER_CHANGED = {"id", "client_id", "inbox_id", "source", "created_at"}


def columns(model: type[Ticket] | type[Message] | type[TicketEvent]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}


def test_a_change_writes_every_column_of_the_ticket_that_can_change() -> None:
    written = set(re.findall(r"(\w+) = ", journal_rows.TICKET))
    assert written == columns(Ticket) - NEVER_CHANGED


def test_a_new_message_and_a_new_event_are_written_whole() -> None:
    message, event = re.findall(r"INSERT INTO \w+ \(([^)]*)\)", journal_rows.WRITE_WITH_MESSAGE)
    assert set(re.findall(r"\w+", message)) == columns(Message) - {"id", "search"}
    assert set(re.findall(r"\w+", event)) == columns(TicketEvent) - {"id"}


def test_an_open_page_is_shown_all_of_a_message_but_what_only_searches_read() -> None:
    assert set(journal_reading.MESSAGE_FIELDS) == columns(Message) - {"search"}
