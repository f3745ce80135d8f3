"""The verbs: every change that a person or a worker makes to a ticket is one of these.

Each opens the one transaction, locks the ticket, checks, calls steps and returns. A refusal is an
OperationRefused with words for whoever asked. The bridge's ingest is the one more caller of steps: its
transaction also holds the update's own row (telegram_bridge/ingest.py).
"""

import uuid
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation

from staff.models import User
from staff.roles import WORK
from tickets import steps
from tickets.conflicts import UNKNOWN, refuse_changed
from tickets.content import Content
from tickets.errors import AnsweredMeanwhile, OperationRefused
from tickets.journal import SYSTEM, Change, by_staff, change
from tickets.models import Attachment, Client, Message, Status, Ticket, TicketEvent
from tickets.sendable import require_quote, require_sendable

Delivery = Message.Delivery
Kind = TicketEvent.Kind
# What changes who has a ticket, and its status.
ASSIGNING = (Kind.TICKET_TAKEN, Kind.TICKET_ASSIGNED, Kind.TICKET_UNASSIGNED)
STATUS_CHANGING = (Kind.TICKET_TAKEN, Kind.STATUS_CHANGED, Kind.TICKET_CLOSED, Kind.TICKET_REOPENED)


def locked(ticket_id: int) -> Ticket:
    """The ticket, its row ours until the transaction ends. Refused when it is gone."""
    try:
        return Ticket.objects.locked().get(pk=ticket_id)
    except Ticket.DoesNotExist:
        raise OperationRefused(_("This ticket no longer exists.")) from None


def require_worker(staff: User) -> None:
    """Only active employees whose role is more than looking on change anything: here, so that no path can
    forget it."""
    if not staff.is_active:
        raise OperationRefused(_("This account is no longer active."))
    if not staff.has_perm(WORK):
        raise OperationRefused(_("Your role only lets you look on."))


def take(ticket: Ticket, *, staff: User) -> Ticket:
    """The ticket, assigned to `staff` and In progress. Refused when a colleague has it or it is closed."""
    with change() as opened:
        ticket = locked(ticket.pk)
        _take(opened, ticket, staff)
    return ticket


def _take(opened: Change, ticket: Ticket, staff: User) -> None:
    require_worker(staff)
    if ticket.is_closed:
        raise OperationRefused(_("This ticket is closed. Reopen it to take it."))
    if ticket.assignee is not None and ticket.assignee_id != staff.pk:
        raise OperationRefused(_("%(name)s already has this ticket.") % {"name": ticket.assignee.name})
    if not ticket.can_be_taken_by(staff):
        return  # taken already, by a second click or in another window
    steps.take(opened, ticket, staff, by_staff(staff))


def assign(ticket: Ticket, *, assignee: User | None, staff: User, was: object = UNKNOWN) -> Ticket:
    """The ticket, given to `assignee`, or to nobody. An Open ticket stays Open. Refused when it no longer is
    with `was`, an employee's id or None."""
    require_worker(staff)
    with change() as opened:
        ticket = locked(ticket.pk)
        if ticket.assignee_id != (assignee.pk if assignee else None):
            now = ticket.assignee.name if ticket.assignee else _("nobody")
            refuse_changed(ticket, ASSIGNING, was=was, now=ticket.assignee_id, words=now)
        if assignee is None:
            if ticket.assignee_id is not None:
                _refuse_closed(ticket)
                steps.unassign(opened, ticket, by_staff(staff))
        elif assignee.pk != ticket.assignee_id:
            _refuse_closed(ticket)
            if not assignee.is_active:
                raise OperationRefused(_("%(name)s no longer works here.") % {"name": assignee.name})
            _require_may_have(assignee, ticket)
            steps.assign(opened, ticket, assignee, by_staff(staff))
    return ticket


def _require_may_have(assignee: User, ticket: Ticket) -> None:
    """A ticket is not given to who could not open it, or could not answer in it."""
    if not assignee.has_perm(WORK):
        raise OperationRefused(_("%(name)s only looks on and can’t have tickets.") % {"name": assignee.name})
    # A limit by teams lets in whoever has the ticket.
    inboxes = assignee.scope == User.Scope.INBOXES
    if inboxes and not Ticket.objects.visible_to(assignee).filter(pk=ticket.pk).exists():
        raise OperationRefused(_("%(name)s may not see this ticket.") % {"name": assignee.name})


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise OperationRefused(_("This ticket is closed. Reopen it first."))


def set_status(ticket: Ticket, *, status: Status, staff: User, was: object = UNKNOWN) -> Ticket:
    """The ticket with `status`. Out of a closed status it is a reopening: in progress, with `staff`.

    Refused when it no longer has the status `was` (an id), and when the client has a newer ticket that isn't
    closed. A ticket nobody has that is put in
    progress becomes `staff`'s: somebody has to be at work on it.
    """
    require_worker(staff)
    try:
        with change() as opened:
            ticket = locked(ticket.pk)
            if ticket.status_id == status.pk:
                return ticket
            refuse_changed(ticket, STATUS_CHANGING, was=was, now=ticket.status_id, words=ticket.status.label)
            if ticket.is_closed and not status.is_closed:
                _reopen(opened, ticket, status, staff)
            else:
                if status.is_in_progress and ticket.assignee_id is None:
                    steps.assign(opened, ticket, staff, by_staff(staff))
                steps.set_status(opened, ticket, status, by_staff(staff))
    except IntegrityError as error:
        # What came between our look and the commit: the constraints decide.
        if "one_ticket_not_closed_per_client" in str(error):
            raise OperationRefused(_newer_ticket_words()) from error
        if isinstance(error.__cause__, ForeignKeyViolation):
            raise OperationRefused(_("This status no longer exists.")) from error
        raise
    return ticket


def _reopen(opened: Change, ticket: Ticket, status: Status, staff: User) -> None:
    if Ticket.objects.open().filter(client=ticket.client_id).exists():
        raise OperationRefused(_newer_ticket_words())
    if not status.is_in_progress:
        status = Status.objects.get(pk=Status.IN_PROGRESS_ID)
    if ticket.assignee_id != staff.pk:
        steps.assign(opened, ticket, staff, by_staff(staff))
    steps.set_status(opened, ticket, status, by_staff(staff))


def _newer_ticket_words() -> str:
    return _("This client has a newer ticket that isn't closed. Continue there, or close it first.")


def reply(
    ticket: Ticket,
    *,
    staff: User,
    content: Content,
    reply_to: int | None = None,
    quote: str = "",
    key: uuid.UUID | None = None,
    taking: bool = False,
    seen: int | None = None,
) -> Message:
    """The message, queued for the client. With `taking` a ticket nobody has is taken first.

    Refused unless `staff` is the assignee of the ticket in progress, when a `quote` is not to the letter in
    the message it is from, and with `seen` (a journal number) when a colleague has replied since. The same
    `key` again returns the message that it made the first time.
    """
    try:
        with change() as opened:
            ticket = locked(ticket.pk)
            if taking:
                _take(opened, ticket, staff)
            require_answerer(ticket, staff)
            _require_no_newer_reply(ticket, staff, seen)
            require_sendable(content)
            target = reply_target(ticket, reply_to)
            require_quote(quote, target)
            return steps.write_message(
                opened, ticket, content, actor=by_staff(staff), reply_to=target, quote=quote, key=key
            )
    except (IntegrityError, OperationRefused):
        # A repeat is rare: it is looked for when the constraint, or a refusal since then, has met it.
        if key is not None and (earlier := Message.objects.filter(ticket=ticket.pk, key=key).first()):
            return earlier
        raise


def _require_no_newer_reply(ticket: Ticket, staff: User, seen: int | None) -> None:
    if seen is None or seen >= ticket.last_seq:
        return
    theirs = Message.objects.filter(ticket=ticket, direction=Message.Direction.OUT, author__isnull=False)
    newer = (
        theirs.filter(seq__gt=seen).exclude(author=staff).select_related("author").order_by("-seq").first()
    )
    if newer is not None and newer.author is not None:
        words = _(
            "%(name)s answered while you typed: “%(text)s”. Yours was not sent; what you wrote is kept."
        )
        raise AnsweredMeanwhile(words % {"name": newer.author.name, "text": newer.preview})


def require_answerer(ticket: Ticket, staff: User) -> None:
    """Only the assignee of a ticket in progress can reply: here, so that no path can forget it."""
    require_worker(staff)
    if ticket.can_be_answered_by(staff):
        return
    if ticket.is_closed:
        raise OperationRefused(_("This ticket is closed. Reopen it to answer."))
    if ticket.assignee is None:
        raise OperationRefused(_("Take this ticket before you answer."))
    if ticket.assignee_id != staff.pk:
        raise OperationRefused(
            _("%(name)s has this ticket; only they can answer.") % {"name": ticket.assignee.name}
        )
    raise OperationRefused(_("Put this ticket in progress before you answer."))


def reply_target(ticket: Ticket, message_id: int | None) -> Message | None:
    """The message of this client that is answered. Refused when it is another's."""
    if message_id is None:
        return None
    try:
        return Message.objects.get(pk=message_id, ticket__client=ticket.client_id)
    except Message.DoesNotExist:
        raise OperationRefused(_("The message you reply to is not of this client.")) from None


def send_again(message: Message, *, staff: User) -> Message:
    """The message, queued again from the first part that isn't known to have arrived.

    Refused unless it failed or its fate is unknown, and `staff` may answer its ticket.
    """
    with change() as opened:
        message = locked_message(message.pk)
        require_answerer(message.ticket, staff)
        if not message.can_be_sent_again:
            raise OperationRefused(_("This message is on its way or has arrived already."))
        steps.change_delivery(opened, message, Delivery.QUEUED, actor=by_staff(staff))
    return message


@dataclass(frozen=True)
class SentAgain:
    """What became of a client's failed messages: `queued` again, in their order, or `refused`, since they are
    of a ticket that this person may not answer."""

    queued: int
    refused: int


def send_all_again(client: Client, *, staff: User) -> SentAgain:
    """Queues every message that surely did not reach `client`, oldest first. One whose fate is unknown is
    left to a person's look at it alone: sent again, it might arrive twice."""
    require_worker(staff)
    with change() as opened:
        # Only in the ticket that is not closed can be answered. No other is locked: ingest may hold this one
        # and wait for an earlier one, in which the client has changed a message.
        ticket = Ticket.objects.locked().open().filter(client=client).first()
        failed, queued = Message.objects.failed_for(client.pk), 0
        if ticket is not None and ticket.can_be_answered_by(staff):
            for message in failed.filter(ticket=ticket).defer("search").order_by("created_at", "pk"):
                message.ticket = ticket
                steps.change_delivery(opened, message, Delivery.QUEUED, actor=by_staff(staff))
                queued += 1
        return SentAgain(queued, refused=failed.count())


def locked_message(message_id: int) -> Message:
    """The message with its ticket locked: the ticket's lock covers all its messages. Raises DoesNotExist."""
    ticket = Ticket.objects.locked().get(messages=message_id)
    message = Message.objects.defer("search").get(pk=message_id)  # read once the lock is ours
    message.ticket = ticket
    return message


def begin_delivery(message_id: int, *, claim: uuid.UUID) -> Message | None:
    """The message, marked as being sent under `claim`, for the one worker that may send it; None when
    there is no need, or another holds it. Called again with the same claim, it returns the message again.
    """
    with change() as opened:
        message = locked_message(message_id)
        if message.delivery == Delivery.SENDING and message.delivery_claim == claim:
            return message
        if message.delivery != Delivery.QUEUED:
            return None
        message.delivery_claim = claim
        steps.change_delivery(opened, message, Delivery.SENDING)
    return message


def postpone_delivery(message_id: int, *, error: dict[str, object]) -> bool:
    """Whether the message still has to be sent; it then says why it waits, and until when. Raises
    DoesNotExist."""
    with change() as opened:
        message = locked_message(message_id)
        if message.delivery != Delivery.QUEUED:
            return False
        if message.delivery_error != error:
            steps.change_delivery(opened, message, Delivery.QUEUED, error=error)
    return True


def holds_delivery(message_id: int, *, claim: uuid.UUID) -> bool:
    """Whether `claim` may go on sending. A worker that slept was taken for dead, and may not."""
    return Message.objects.filter(pk=message_id, delivery=Delivery.SENDING, delivery_claim=claim).exists()


# What may still be said under a claim, by the message's state: one that was settled as unknown takes the
# truth that came late, never a doubt or a wait.
LATE_TRUTHS = {
    Delivery.SENDING: set(Delivery),
    Delivery.UNKNOWN: {Delivery.SENT, Delivery.FAILED},
}


def settle_delivery(
    message_id: int,
    *,
    claim: uuid.UUID,
    delivery: Delivery,
    error: dict[str, object] | None = None,
    unreachable: bool = False,
) -> Message | None:
    """The message with what became of it: sent, failed, unknown, or queued again (with why and until when).
    None, and nothing changed, when that is no longer this claim's to say.

    `unreachable`: the client no longer lets the bot write to them.
    """
    with change() as opened:
        if unreachable:
            # The client before the ticket, as ingest locks them: the other way round could deadlock.
            clients = Client.objects.select_for_update(of=("self",), no_key=True)
            clients.get(tickets__messages=message_id)
        message = locked_message(message_id)
        sayable = LATE_TRUTHS.get(Delivery(message.delivery), set())
        if message.delivery_claim != claim or delivery not in sayable:
            return None
        steps.change_delivery(opened, message, delivery, error=error)
        if unreachable:
            steps.mark_reachable(opened, message.ticket, message.ticket.client, reachable=False, actor=SYSTEM)
    return message


def settle_abandoned(message_id: int) -> bool:
    """Whether the message was still being sent, by a worker that is gone: its fate is then unknown."""
    with change() as opened:
        message = locked_message(message_id)
        if message.delivery != Delivery.SENDING:
            return False
        steps.change_delivery(opened, message, Delivery.UNKNOWN, error={"code": "crashed"})
    return True


def move_client(client_id: int, *, external_id: int) -> bool:
    """Whether the client now has the chat `external_id`, to which Telegram says that theirs has moved. Not
    when another client has it. Which Telegram message is which stays: the new chat has ids of its own."""
    try:
        with change() as opened:
            client = Client.objects.select_for_update(of=("self",), no_key=True).get(pk=client_id)
            if client.external_id != external_id:
                ticket = Ticket.objects.locked().open().filter(client=client).first()
                steps.follow_profile(opened, ticket, client, external_id=external_id)
    except IntegrityError:
        return False
    return True


def settle_file(attachment: Attachment, *fields: str) -> Attachment:
    """Saves the state of a fetched (or given up) file, its error and `fields`, with a row in the journal."""
    with change() as opened:
        attachment.message = locked_message(attachment.message_id)
        steps.settle_file(opened, attachment, *fields)
    return attachment
