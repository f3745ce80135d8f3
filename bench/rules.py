"""What 500 rules cost a message that none of them is about: CPU beside no rules, and queries."""

import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.report import Report
from bench.stage import Stage
from tickets.database_threads import in_database_thread

RULES = 500
MESSAGES = 200
ANSWERS = {"field": "is_reply", "op": "yes"}


async def measure(stage: Stage, report: Report) -> None:
    """In this process: the engine runs inside the transaction of whoever writes."""
    without, with_rules, queries = await in_database_thread(_both)
    report.section(f"A message beside {RULES} enabled rules that don't fit")
    report.limit("CPU of one message without rules", without, most=50, unit="ms")
    report.limit(f"CPU that {RULES} rules add", with_rules - without, most=2, unit="ms")
    report.limit("queries that they add", queries, most=0, unit="")


def _both() -> tuple[float, float, int]:
    from rules.compiled import cache
    from rules.models import Event, Rule
    from tickets import steps
    from tickets.journal import change
    from tickets.models import Client, Inbox

    inbox = Inbox.objects.create(name="Rules")
    client = Client.objects.create(inbox=inbox, external_id=8_000_000_001, name="R")
    with change() as opened:
        ticket = steps.open_ticket(opened, client)
    without = _cost(ticket.pk)
    asked = _queries(ticket.pk)
    Rule.objects.bulk_create(
        Rule(
            event=Event.MESSAGE_RECEIVED,
            conditions={
                "all": [
                    {"field": "text", "op": "contains", "value": f"never {number}"},
                    {"any": [{"field": "priority", "op": "is", "value": ["4"]}, ANSWERS]},
                ]
            },
            actions=[{"do": "priority", "value": "4"}],
        )
        for number in range(RULES)
    )
    cache.forget()
    _write(ticket.pk)
    return without, _cost(ticket.pk), _queries(ticket.pk) - asked


def _write(ticket_id: int) -> None:
    from django.utils import timezone

    from tickets import steps
    from tickets.content import Content
    from tickets.journal import change
    from tickets.models import Ticket

    text = "A message of some length, with words that no rule is about."
    with change() as opened:
        ticket = Ticket.objects.locked().get(pk=ticket_id)
        steps.receive_message(opened, ticket, Content(text=text), written_at=timezone.now())


def _cost(ticket_id: int) -> float:
    """Milliseconds of this thread's CPU for one message."""
    began = time.thread_time()
    for _ in range(MESSAGES):
        _write(ticket_id)
    return (time.thread_time() - began) / MESSAGES * 1000


def _queries(ticket_id: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        _write(ticket_id)
    return len(queries)
