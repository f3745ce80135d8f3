"""The verbs: every change that a person or a worker makes to a ticket is one of these.

Each opens the one transaction, locks the ticket, checks, calls steps and returns. A refusal is an
OperationRefused with words for whoever asked. The bridge's ingest is the one more caller of steps: its
transaction also holds the update's own row (telegram_bridge/ingest.py).
"""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg.errors import ForeignKeyViolation

from staff.models import User
from tickets import steps
from tickets.content import Content, storable
from tickets.errors import OperationRefused
from tickets.journal import SYSTEM, Change, by_staff, change
from tickets.models import Attachment, Client, Message, Status, Ticket

Delivery = Message.Delivery

# Ten of Telegram's longest messages (4,096 characters each): https://core.telegram.org/bots/api#sendmessage
LONGEST_REPLY = 40_960
# In UTF-16 units: https://core.telegram.org/bots/api#replyparameters
LONGEST_QUOTE = 1024


def _locked(ticket_id: int) -> Ticket:
    try:
        return Ticket.objects.locked().get(pk=ticket_id)
    except Ticket.DoesNotExist:
        raise OperationRefused(_("This ticket no longer exists.")) from None


def _require_active(staff: User) -> None:
    if not staff.is_active:
        raise OperationRefused(_("This account is no longer active."))


def take(ticket: Ticket, *, staff: User) -> Ticket:
    """The ticket, assigned to `staff` and In progress. Refused when a colleague has it or it is closed."""
    with change() as opened:
        ticket = _locked(ticket.pk)
        _take(opened, ticket, staff)
    return ticket


def _take(opened: Change, ticket: Ticket, staff: User) -> None:
    _require_active(staff)
    if ticket.is_closed:
        raise OperationRefused(_("This ticket is closed. Reopen it to take it."))
    if ticket.assignee is not None and ticket.assignee_id != staff.pk:
        raise OperationRefused(_("%(name)s already has this ticket.") % {"name": ticket.assignee.name})
    if not ticket.can_be_taken_by(staff):
        return  # taken already, by a second click or in another window
    steps.take(opened, ticket, staff, by_staff(staff))


def assign(ticket: Ticket, *, assignee: User | None, staff: User) -> Ticket:
    """The ticket, given to `assignee`, or to nobody. An Open ticket stays Open."""
    _require_active(staff)
    with change() as opened:
        ticket = _locked(ticket.pk)
        if assignee is None:
            if ticket.assignee_id is not None:
                _refuse_closed(ticket)
                steps.unassign(opened, ticket, by_staff(staff))
        elif assignee.pk != ticket.assignee_id:
            _refuse_closed(ticket)
            if not assignee.is_active:
                raise OperationRefused(_("%(name)s no longer works here.") % {"name": assignee.name})
            steps.assign(opened, ticket, assignee, by_staff(staff))
    return ticket


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise OperationRefused(_("This ticket is closed. Reopen it first."))


def set_status(ticket: Ticket, *, status: Status, staff: User) -> Ticket:
    """The ticket with `status`. Out of a closed status it is a reopening: in progress, with `staff`.

    Refused when the client has a newer ticket that isn't closed. A ticket nobody has that is put in
    progress becomes `staff`'s: somebody has to be at work on it.
    """
    _require_active(staff)
    try:
        with change() as opened:
            ticket = _locked(ticket.pk)
            if ticket.status_id == status.pk:
                return ticket
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
) -> Message:
    """The message, queued for the client. With `taking` a ticket nobody has is taken first.

    Refused unless `staff` is the assignee of the ticket in progress, and `quote` is a part of the message
    that is replied to. The same `key` again returns the message that it made the first time.
    """
    try:
        with change() as opened:
            ticket = _locked(ticket.pk)
            if taking:
                _take(opened, ticket, staff)
            require_answerer(ticket, staff)
            _require_sendable(content)
            target = _reply_target(ticket, reply_to)
            _require_quotable(target, quote)
            return steps.write_message(
                opened, ticket, content, actor=by_staff(staff), reply_to=target, quote=quote, key=key
            )
    except (IntegrityError, OperationRefused):
        # A repeat is rare: it is looked for when the constraint, or a refusal since then, has met it.
        if key is not None and (earlier := Message.objects.filter(ticket=ticket.pk, key=key).first()):
            return earlier
        raise


def require_answerer(ticket: Ticket, staff: User) -> None:
    """Only the assignee of a ticket in progress can reply: here, so that no path can forget it."""
    _require_active(staff)
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


def _require_sendable(content: Content) -> None:
    if not content.text.strip() and not content.files:
        raise OperationRefused(_("Write something or add a file."))
    if len(content.text) > LONGEST_REPLY:
        raise OperationRefused(
            _("This text has %(length)s characters; at most %(limit)s can be sent at once.")
            % {"length": len(content.text), "limit": LONGEST_REPLY}
        )
    refuse_files([(file.name, file.size or 0) for file in content.files])


def refuse_files(files: Sequence[tuple[str, int]]) -> None:
    """Raises OperationRefused when these (name, bytes) are more or larger than Telegram takes from a bot."""
    most = settings.MAX_FILES_PER_REPLY
    if len(files) > most:
        raise OperationRefused(
            ngettext(
                "At most %(most)s file can be sent at once.",
                "At most %(most)s files can be sent at once.",
                most,
            )
            % {"most": most}
        )
    limit = settings.TELEGRAM_UPLOAD_LIMIT
    for name, size in files:
        if size > limit:
            raise OperationRefused(
                _("“%(name)s” is larger than %(limit)s MB, the most Telegram takes from a bot.")
                % {"name": name, "limit": limit // 1024 // 1024}
            )
        if size == 0:
            raise OperationRefused(_("“%(name)s” is empty; Telegram takes no empty files.") % {"name": name})


def _reply_target(ticket: Ticket, message_id: int | None) -> Message | None:
    if message_id is None:
        return None
    try:
        return Message.objects.get(pk=message_id, ticket__client=ticket.client_id)
    except Message.DoesNotExist:
        raise OperationRefused(_("The message you reply to is not of this client.")) from None


def _require_quotable(target: Message | None, quote: str) -> None:
    """Telegram refuses a message with a quote that isn't, word for word, in the one it answers."""
    if not quote:
        return
    quote = storable(quote)
    if target is None or quote not in target.text:
        raise OperationRefused(_("The quoted words are not in that message (any more)."))
    if len(quote.encode("utf-16-le")) // 2 > LONGEST_QUOTE:
        raise OperationRefused(_("At most %(limit)s characters can be quoted.") % {"limit": LONGEST_QUOTE})


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


def settle_file(attachment: Attachment, *fields: str) -> Attachment:
    """Saves the state of a fetched (or given up) file, its error and `fields`, with a row in the journal."""
    with change() as opened:
        attachment.message = locked_message(attachment.message_id)
        steps.settle_file(opened, attachment, *fields)
    return attachment
