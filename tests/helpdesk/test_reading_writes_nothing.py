"""A GET writes nothing, on any page there is: not as a person looks around, nor as a browser looks ahead."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from rules.models import Rule
from rules.operations import always_assign
from staff.models import User
from telegram_bridge.models import Bot, Update
from tests.factories import make_bot, make_client, make_message, make_ticket, make_user
from tickets.models import Attachment, Message, Status, Ticket
from tickets.models import Client as Person

pytestmark = pytest.mark.django_db

WRITE = re.compile(r"\s*(insert|update|delete|merge|truncate|copy|with\b.*\b(insert|update|delete)\b)", re.I)
# These keep a challenge or a secret in one's own session until the form comes back.
KEEPS_A_CHALLENGE = re.compile(r"^/accounts/(2fa|reauthenticate|password/reset/key)/")


@pytest.fixture
def boss(client: Client) -> User:
    """An administrator, signed in at a desk with one of everything, all of it unread and failed."""
    boss = make_user("boss", is_staff=True, is_superuser=True)
    bot = make_bot(username="desk_bot")
    person = make_client(inbox=bot.inbox)
    always_assign(person, assign_to=boss, staff=boss)
    ticket = make_ticket(client=person, text="Hello", assignee=boss, status=Status.IN_PROGRESS_ID)
    reply = make_message(ticket, text="Hi", author=boss)
    Message.objects.filter(pk=reply.pk).update(delivery="failed")
    Attachment.objects.create(message=reply, kind="document", name="lost.txt", state="failed")
    Update.objects.create(bot=bot, update_id=1, raw="{}", state="failed", stored_at=timezone.now())
    client.force_login(boss)
    return boss


def routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif "(?P" not in route:
            yield route


def address(route: str) -> str:
    """The route with the numbers of what is on the desk."""
    rows = {
        "ticket_id": Ticket,
        "message_id": Message,
        "file_id": Attachment,
        "rule_id": Rule,
        "user_id": User,
        "client_id": Person,
        "bot_id": Bot,
    }
    in_admin = re.match(r"/admin/(\w+)/(\w+)/<path:object_id>", route)
    if in_admin:
        rows["object_id"] = apps.get_model(in_admin[1], in_admin[2])

    def number(found: re.Match[str]) -> str:
        model = rows.get(found[1])
        row = model._default_manager.order_by("-pk").first() if model else None
        return str(row.pk) if row else "1"

    return re.sub(r"<(?:\w+:)?(\w+)>", number, route)


def writes(queries: CaptureQueriesContext, *, in_session: bool) -> list[str]:
    found = [query["sql"] for query in queries.captured_queries if WRITE.match(query["sql"])]
    return [sql for sql in found if not (in_session and "django_session" in sql)]


def test_no_page_writes_when_it_is_only_looked_at(client: Client, boss: User) -> None:
    seen, written = [], []
    for route in routes(get_resolver().url_patterns):
        place = address(route)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(place)
        assert answer.status_code < 500, place
        if answer.status_code == 200:
            seen.append(place)
        written += [(place, sql) for sql in writes(queries, in_session=bool(KEEPS_A_CHALLENGE.match(place)))]
    assert written == []
    ticket = Ticket.objects.get()
    bot = f"/bots/{Bot.objects.get().pk}/"
    assert {f"/tickets/{ticket.pk}/", f"/clients/{ticket.client_id}/", "/bots/", bot, "/rules/"} <= set(seen)
    assert len(seen) > 40


def test_the_check_above_sees_a_write(client: Client, boss: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.post("/profile/", {"first_name": "Anna"})
    assert writes(queries, in_session=True)
