"""The two sockets: one ticket's conversation from a journal number on, and "something changed" for the lists.

Only active employees are let in. What changes a ticket goes through forms; the ticket's socket only takes
what is about the page itself: how far it was read, whether it is seen, whether somebody types.
"""

import json
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http import parse_cookie

from staff.middleware import TIME_ZONE_COOKIE
from staff.models import User
from staff.sessions import session_of_cookies, user_of_cookies
from tickets import live, reading
from tickets.database_threads import in_database_thread
from tickets.hub import hub
from tickets.models import Ticket
from tickets.presence import TYPING
from tickets.querysets import BIGGEST_ID, ticket_number

# Close codes of our own (RFC 6455 leaves 4000-4999 to applications): the page tells them apart.
NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
# A command is short, and a page sends few: whoever sends more is not listened to for a moment.
LONGEST_COMMAND = 200  # characters
MOST_COMMANDS = 20  # in COMMAND_SECONDS
COMMAND_SECONDS = 5.0


class StaffConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A socket of an employee, in their language."""

    # None of our own: the hub listens once for the whole process.
    channel_layer_alias = "none"

    user_id = 0
    session_key = ""
    language = settings.LANGUAGE_CODE
    time_zone = ""  # theirs, or their browser's
    after = 0
    is_limited = True
    is_looking = False
    others: list[dict[str, Any]]

    async def connect(self) -> None:
        cookies = dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1")
        user = await in_database_thread(user_of_cookies, cookies)
        await self.accept()
        if user is None:
            await self.close(NOT_SIGNED_IN)
            return
        self.user, self.user_id, self.session_key = user, user.pk, session_of_cookies(cookies)
        self.is_limited = user.scope != User.Scope.ALL
        self.time_zone = user.time_zone or parse_cookie(cookies).get(TIME_ZONE_COOKIE, "")
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        asked = query.get("language", [""])[0]
        if asked in dict(settings.LANGUAGES):
            self.language = asked
        await self.begin(query)

    async def begin(self, query: dict[str, list[str]]) -> None:
        raise NotImplementedError  # each socket says what it listens to

    async def send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def dismiss(self, *, gone: bool = False) -> None:
        """Closes it: nobody is signed in any more, or (`gone`) what it shows is out of their sight."""
        await self.close(NOT_FOUND if gone else NOT_SIGNED_IN)


class TicketConsumer(StaffConsumer):
    """`/ws/tickets/<id>/?after=<seq>&language=<code>`: everything the journal says after `seq`, then live."""

    ticket_id = 0

    async def begin(self, query: dict[str, list[str]]) -> None:
        ticket_id = self.scope["url_route"]["kwargs"]["ticket_id"]
        last_seq = await in_database_thread(
            Ticket.objects.visible_to(self.user).filter(pk=ticket_id).values_list("last_seq", flat=True).first
        )
        if last_seq is None:
            await self.close(NOT_FOUND)
            return
        self.after = min(ticket_number(query.get("after", ["0"])[0]) or 0, last_seq)
        self.ticket_id, self.others = ticket_id, []
        self.commands, self.commands_since = 0, time.monotonic()
        hub.watch(ticket_id, self)

    async def disconnect(self, code: int) -> None:
        if self.ticket_id:
            hub.unwatch(self.ticket_id, self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A command: {"read": <seq>}, {"looking": <bool>} or {"typing": true}; anything else is nothing."""
        if not self.ticket_id or not text_data or len(text_data) > LONGEST_COMMAND or self._too_many():
            return
        match _parsed(text_data):
            case {"read": int(seq)} if 0 < seq <= BIGGEST_ID:
                await in_database_thread(reading.mark_read, self.user_id, self.ticket_id, seq)
            case {"looking": bool(looking)}:
                hub.looks(self.ticket_id, self, looking=looking)
            case {"typing": True}:
                live.present(self.ticket_id, self.user_id, TYPING)

    def _too_many(self) -> bool:
        if (now := time.monotonic()) - self.commands_since > COMMAND_SECONDS:
            self.commands, self.commands_since = 0, now
        self.commands += 1
        return self.commands > MOST_COMMANDS


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class InboxConsumer(StaffConsumer):
    """`/ws/inbox/?language=<code>`: the ids of tickets that changed (a list asks its own URL again), and what
    its owner is to be told at once."""

    async def begin(self, query: dict[str, list[str]]) -> None:
        hub.start()
        self.others = []
        hub.lists.add(self)

    async def disconnect(self, code: int) -> None:
        hub.lists.discard(self)
