"""Named queries. An adjective each; a page's query has one name and a test that counts its queries."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from tickets.search import fold, phrase_query, search_query, words_of

if TYPE_CHECKING:
    from staff.models import User

    # Named in strings only, which the linter does not read.
    from tickets.models import (  # noqa: F401
        Attachment,
        Client,
        Inbox,
        Message,
        Status,
        Ticket,
        TicketEvent,
    )

# A search takes this many of the newest matches of each kind, so that a common word leaves little to order.
MOST_MATCHES = 1000
BIGGEST_ID = 2**63 - 1
MOST_DIGITS = len(str(BIGGEST_ID))


class StatusQuerySet(models.QuerySet["Status"]):
    def open(self) -> Self:
        return self.filter(kind="open")

    def in_progress(self) -> Self:
        return self.filter(kind="in_progress")

    def closed(self) -> Self:
        return self.filter(kind="closed")


def in_sight_of(staff: "User", path: str = "") -> Q:
    """The condition: the ticket at `path` ("message__ticket__") is one that `staff` may see (User.scope).

    Subqueries, so that a limit costs no query of its own.
    """
    if staff.scope == staff.Scope.INBOXES:
        return Q(**{f"{path}inbox__in": staff.inboxes.values("pk")})
    if staff.scope == staff.Scope.TEAMS:
        return Q(**{f"{path}team__in": staff.teams.values("pk")}) | Q(**{f"{path}assignee": staff})
    return Q()


def who_sees(ticket: "Ticket") -> Q:
    """The condition on employees: those who may see `ticket`; the other way round of `in_sight_of`."""
    from tickets.models import Inbox  # the models are made of these querysets

    members = Inbox.members.through.objects.filter(inbox=ticket.inbox_id).values("user")
    sees = Q(scope="all") | Q(scope="inboxes", pk__in=members) | Q(scope="teams", pk=ticket.assignee_id)
    if ticket.team_id is not None:
        from staff.models import Team

        sees |= Q(
            scope="teams", pk__in=Team.members.through.objects.filter(team=ticket.team_id).values("user")
        )
    return sees


class InboxQuerySet(models.QuerySet["Inbox"]):
    def visible_to(self, staff: "User") -> Self:
        """Those whose tickets `staff` may see, some at least."""
        if staff.scope == staff.Scope.INBOXES:
            return self.filter(pk__in=staff.inboxes.values("pk"))
        return self


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, staff: "User") -> Self:
        """Those of whom `staff` may see a ticket, or any client when nothing limits them."""
        if staff.scope == staff.Scope.INBOXES:
            return self.filter(inbox__in=staff.inboxes.values("pk"))
        if staff.scope == staff.Scope.TEAMS:
            from tickets.models import Ticket  # the models are made of these querysets

            return self.filter(Exists(Ticket.objects.visible_to(staff).filter(client=OuterRef("pk"))))
        return self

    def matching(self, text: str) -> Self:
        """Clients with `text` in their name or user name (`@` may stand before it)."""
        return self.filter(folded_name__contains=fold(text.removeprefix("@")))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, staff: "User") -> Self:
        """Those that `staff` may see: every page, search, count, socket and file asks here."""
        return self.filter(in_sight_of(staff))

    def open(self) -> Self:
        """Not closed."""
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def active(self) -> Self:
        """Not closed and not put aside: what there is to do now."""
        return self.filter(closed_at__isnull=True, snoozed_at__isnull=True)

    def snoozed(self) -> Self:
        return self.filter(closed_at__isnull=True, snoozed_at__isnull=False)

    def tagged(self, *tag_ids: int) -> Self:
        """Those with one of these tags at least."""
        through = self.model.tags.through
        return self.filter(Exists(through.objects.filter(ticket=OuterRef("pk"), tag__in=tag_ids)))

    def written_by(self, name: str, staff_ids: list[int]) -> Self:
        """Those of a client called `name`, and those in which one of the employees wrote."""
        from tickets.models import Client, Message  # the models are made of these querysets

        clients = Client.objects.matching(name).order_by("-pk").values("pk")[:MOST_MATCHES]
        wrote = Message.objects.filter(ticket=OuterRef("pk"), author__in=staff_ids)
        return self.filter(Q(client__in=clients) | Q(Exists(wrote)))

    def with_phrase(self, phrase: str) -> Self:
        """Those with a message that has the phrase as it is typed, in whatever case."""
        from tickets.models import Message

        # The index finds them by their stems, of which a common word ("very") has none.
        newest = Message.objects.filter(search=phrase_query(phrase), text__icontains=phrase)
        newest = newest.order_by((F("pk") + 0).desc())
        return self.filter(pk__in=newest.values("ticket_id")[:MOST_MATCHES])

    def mentioning(self, staff: "User") -> Self:
        """Those with a note that calls `staff`."""
        return self.filter(pk__in=staff.mentions.values("ticket"))

    def unread_by(self, staff: "User") -> Self:
        """Those whose client said something that `staff` has not read."""
        marks = staff.read_marks.filter(ticket=OuterRef("pk"), seq__gte=OuterRef("last_in_seq"))
        return self.filter(~Exists(marks), last_in_seq__gt=0)

    def unassigned(self) -> Self:
        return self.filter(assignee__isnull=True)

    def assigned_to(self, staff: "User") -> Self:
        return self.filter(assignee=staff)

    def with_people(self) -> Self:
        """With all that a row of the list shows, in one query."""
        return self.select_related("client", "status", "assignee", "last_message")

    def locked(self) -> Self:
        """For a step: the ticket's row is ours until the transaction ends; what it names is not locked.

        Alone, and what it names is read afterwards: PostgreSQL doesn't find a row that changed while we
        waited for it when the query also joins what that change was about (its status, its assignee).
        """
        return self.select_for_update(of=("self",), no_key=True)

    def matching(self, text: str) -> Self:
        """Tickets whose number, client, messages or file names match `text`; all for an empty one."""
        text = text.strip()
        if not text:
            return self
        found = (
            self._ids(Q(pk=number))
            if (number := ticket_number(text)) is not None
            else self._ids(Q(pk__in=[]))
        )
        from tickets.models import Attachment, Client, Message  # the models are made of these querysets

        matching_clients = Client.objects.matching(text).order_by("-pk").values("pk")[:MOST_MATCHES]
        ids = [found, self._ids(Q(client__in=matching_clients)).order_by("-pk")[:MOST_MATCHES]]
        if words := words_of(text):
            # Not by the bare id: its index would be walked backwards through all messages for a rare word.
            newest = Message.objects.matching(words).order_by((F("pk") + 0).desc())
            ids.append(newest.values("ticket_id")[:MOST_MATCHES])
        named = Attachment.objects.filter(name__icontains=text).order_by("-pk")
        ids.append(named.values("message__ticket_id")[:MOST_MATCHES])
        return self.filter(pk__in=ids[0].union(*ids[1:], all=True))

    def _ids(self, condition: Q) -> models.QuerySet[Any, Any]:
        return self.model._default_manager.filter(condition).values("pk")


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: "User") -> Self:
        return self.filter(in_sight_of(staff, "ticket__"))

    def failed_for(self, client_id: int) -> Self:
        """Messages that surely did not reach this client."""
        return self.filter(ticket__client=client_id, delivery="failed")

    def matching(self, words: list[str]) -> Self:
        """Messages with all of `words`, in any form the Russian and the English stemmer know."""
        return self.filter(search=search_query(words))


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, staff: "User") -> Self:
        return self.filter(in_sight_of(staff, "message__ticket__"))

    def of_ticket(self, ticket: "Ticket") -> Self:
        return self.filter(message__ticket=ticket).select_related("message", "message__author")

    def of_client(self, client: "Client") -> Self:
        return self.filter(message__ticket__client=client).select_related("message", "message__author")

    def in_group(self, group: str) -> Self:
        """`pictures`, `media` (what plays) or `documents` (the rest); all for anything else."""
        pictures = Q(kind__in=["photo", "sticker"]) | Q(kind="document", mime_type__startswith="image/")
        media = Q(kind__in=["video", "animation", "voice", "audio", "video_note"])
        condition = {"pictures": pictures, "media": media, "documents": ~pictures & ~media}.get(group)
        return self.filter(condition) if condition is not None else self

    def ready(self) -> Self:
        return self.filter(state="ready")


class TicketEventQuerySet(models.QuerySet["TicketEvent"]):
    def after(self, seq: int) -> Self:
        """What the journal says since `seq`, oldest first."""
        return self.filter(seq__gt=seq).order_by("seq")

    def before(self, seq: int) -> Self:
        """What it said before, newest first: the way upwards through a long history."""
        return self.filter(seq__lt=seq).order_by("-seq")


def ticket_number(text: str) -> int | None:
    """The ticket number that `text` is ("12", "#12"), or None."""
    digits = text.strip().removeprefix("#")
    # The length first: Python refuses to read a number of thousands of digits.
    if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS and int(digits) <= BIGGEST_ID:
        return int(digits)
    return None
