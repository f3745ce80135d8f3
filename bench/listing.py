"""The list page with 1,000 and with 100,000 tickets, its first page and its thousandth."""

import asyncio
import json
import time
from pathlib import Path

from bench.report import Report, median, percentile
from bench.stage import Stage, employee, signed_in
from tickets.database_threads import in_database_thread

REQUESTS = 60
WARM_UP = 10
PAGE = "/tickets/"


async def measure(stage: Stage, report: Report) -> None:
    user, cookies = await in_database_thread(employee, "reader")
    web, url = stage.web()
    report.section("List page, one request at a time")
    await in_database_thread(_fill, 1_000)
    few = await _times(url, PAGE, cookies)
    queries, floor_sql = await in_database_thread(_capture, stage.folder, user.pk)
    await in_database_thread(_fill, 100_000)
    many = await _times(url, PAGE, cookies)
    far = await _times(url, await in_database_thread(_page_1000), cookies)
    floor, floor_url = stage.floor(FLOOR_SQL=str(floor_sql))
    base = await _times(floor_url, "/list/", cookies)
    await asyncio.to_thread(stage.stop, web, floor)
    report.limit("queries", queries, most=9, unit="")
    report.ratio("100,000 tickets beside 1,000, median", median(many), median(few), most=1.3)
    report.ratio("page 1,000 beside page 1, median", median(far), median(many), most=1.3)
    report.ratio("beside the same SQL and as many bytes, median", median(many), median(base), most=2)
    report.ratio(
        "beside the same SQL and as many bytes, 95 %", percentile(many, 95), percentile(base, 95), most=2
    )


async def _times(url: str, path: str, cookies: dict[str, str]) -> list[float]:
    times = []
    async with signed_in(url, cookies) as client:
        client.headers["Accept"] = "text/html"
        for _ in range(WARM_UP + REQUESTS):
            started = time.perf_counter()
            answer = await client.get(path)
            times.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
    return times[WARM_UP:]


def _capture(folder: Path, user_id: int) -> tuple[int, Path]:
    """How many queries the page needs, and a file with their SQL and the answer's length for the floor."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from staff.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(pk=user_id))
    client.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        body = client.get(PAGE).content
    statements = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    path = folder / "floor.json"
    path.write_text(json.dumps({"statements": statements, "bytes": len(body)}))
    return len(captured), path


def _page_1000() -> str:
    from tickets.models import Ticket
    from tickets.pages import cursor_for

    ticket = Ticket.objects.order_by("-updated_at", "-pk")[25 * 999 - 1]
    return f"{PAGE}?{cursor_for(ticket, ordering='-updated_at')}"


def _fill(count: int) -> None:
    """Adds rows until there are `count` tickets, each with a message; in SQL, since this is not measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"count": count})
        cursor.execute("ANALYZE")


FILL = """
WITH place AS (
    INSERT INTO tickets_inbox (name, created_at) VALUES ('filled', now()) RETURNING id
), had AS (
    SELECT count(*) AS tickets FROM tickets_ticket
), person AS (
    INSERT INTO tickets_client (inbox_id, external_id, name, username, language_code, notes, is_reachable,
                                start_payload, avatar, avatar_key, created_at)
    SELECT place.id, number, 'Client ' || number, 'client' || number, 'en', '', true, '', '', '', now()
    FROM place, had, generate_series(1, %(count)s - had.tickets) AS number
    RETURNING id, external_id, inbox_id
), ticket AS (
    INSERT INTO tickets_ticket (client_id, inbox_id, status_id, source, last_seq, last_in_seq, created_at,
                                updated_at, closed_at, last_message_id)
    SELECT id, inbox_id, 1 + external_id %% 3, '', 1, 1, now() - external_id * interval '1 minute',
           now() - external_id * interval '1 minute', CASE WHEN external_id %% 3 = 2 THEN now() END,
           nextval('tickets_message_id_seq')
    FROM person RETURNING id, created_at, last_message_id
), message AS (
    INSERT INTO tickets_message (id, ticket_id, seq, direction, kind, text, entities, details, options,
                                 buttons, reactions, has_amendments, quote, delivery, delivery_error,
                                 created_at)
    SELECT last_message_id, id, 1, 'in', 'text',
           'My order number ' || id || ' has not arrived yet, can you look?',
           '[]', '{}', '{}', '[]', '{}', false, '', '', '{}', created_at
    FROM ticket RETURNING id, ticket_id
)
SELECT count(*) FROM message
"""
