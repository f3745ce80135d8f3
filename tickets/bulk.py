"""The same change of many tickets: asked for at once, done by a job, ticket by ticket, each by its own verb.

So every ticket is refused or changed by the same rules as from its page, with its row in the journal; one
that is refused costs the others nothing. What was changed can be undone, where nobody has changed it since.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from staff.middleware import zone_of
from staff.models import Team, User
from tickets import operations, properties
from tickets.conflicts import refuse_changed
from tickets.errors import OperationRefused
from tickets.models import BulkChange, BulkItem, Status, Tag, Ticket
from tickets.operations import STATUS_CHANGING

logger = logging.getLogger(__name__)

Verb = BulkChange.Verb
State = BulkItem.State
TASK, QUEUE = "tickets.bulk", "desk"
MOST_TICKETS = 1000
SOME = 20
KEPT = timedelta(days=30)
REFUSALS_SHOWN = 50


def ask(
    staff: User, verb: str, data: dict[str, Any], tickets: Iterable[int], *, undoes: BulkChange | None = None
) -> BulkChange:
    """The change, with its job queued, of those of `tickets` (ids) that `staff` may see. Raises
    OperationRefused for none, for too many, and for whoever may change nothing."""
    operations.require_worker(staff)
    wanted = list(dict.fromkeys(tickets))
    if len(wanted) > MOST_TICKETS:
        raise OperationRefused(_("%(limit)d tickets at once at most.") % {"limit": MOST_TICKETS})
    seen = set(Ticket.objects.visible_to(staff).filter(pk__in=wanted).values_list("pk", flat=True))
    if not seen:
        raise OperationRefused(_("No ticket was chosen."))
    with transaction.atomic(durable=True):
        staff.bulk_changes.filter(created_at__lt=timezone.now() - KEPT).delete()
        data = {**data, "language": translation.get_language(), "zone": timezone.get_current_timezone_name()}
        asked = BulkChange.objects.create(staff=staff, verb=verb, data=data, undoes=undoes)
        BulkItem.objects.bulk_create([BulkItem(bulk=asked, ticket_id=pk) for pk in wanted if pk in seen])
        # One after another: an undo never overtakes what it undoes.
        app.configure_task(TASK, queue=QUEUE, lock=f"bulk:{staff.pk}").defer(bulk_id=asked.pk)
    return asked


def undo(bulk: BulkChange, *, staff: User) -> BulkChange:
    """Takes back what `bulk` changed; asked again, the undoing that there is. Refused before it is done."""
    bulk.refresh_from_db(fields=["finished_at"])
    if bulk.finished_at is None:
        raise OperationRefused(_("This is still under way."))
    done = bulk.items.filter(state=State.DONE).values_list("ticket_id", flat=True)
    try:
        return ask(staff, Verb.UNDO, {"name": bulk.data.get("name", "")}, done, undoes=bulk)
    except IntegrityError:  # a second click: there is one undoing of a change
        return BulkChange.objects.get(undoes=bulk)


def work_off(bulk_id: int) -> bool:
    """The job: changes the next SOME of the tickets that wait; whether there are more. Called again after a
    crash, it goes on where it was."""
    bulk = BulkChange.objects.select_related("staff", "undoes").filter(pk=bulk_id).first()
    if bulk is None or bulk.finished_at is not None:
        return False
    waiting = bulk.items.filter(state=State.WAITING).order_by("pk")[:SOME]
    with translation.override(bulk.data["language"]), timezone.override(zone_of(bulk.data["zone"])):
        for item in waiting:
            _work_off(bulk, item)
    if len(waiting) == SOME:
        return True
    bulk.finished_at = timezone.now()
    bulk.save(update_fields=["finished_at"])
    return False


def _work_off(bulk: BulkChange, item: BulkItem) -> None:
    ticket = Ticket.objects.visible_to(bulk.staff).select_related("status").filter(pk=item.ticket_id).first()
    if ticket is None:
        item.state, item.words = State.REFUSED, _("This ticket no longer exists.")
        item.save(update_fields=["state", "words"])
        return
    if not item.before:  # what a job that died has written stands
        item.before = _state_of(ticket, bulk)
        item.save(update_fields=["before"])
    try:
        if bulk.undoes is not None:
            _take_back(bulk, ticket)
        else:
            APPLY[bulk.verb](ticket, bulk.data, item.before, bulk.staff)
        item.seq_after, assignee, status = Ticket.objects.values_list("last_seq", "assignee", "status").get(
            pk=ticket.pk
        )
        item.before["after"] = {"assignee": assignee, "status": status}
        item.state = State.DONE if item.seq_after != item.before["seq"] else State.UNCHANGED
    except OperationRefused as refusal:
        item.state, item.words = State.REFUSED, str(refusal)
    item.save(update_fields=["state", "words", "seq_after", "before"])


def _state_of(ticket: Ticket, bulk: BulkChange) -> dict[str, Any]:
    tag = bulk.data.get("tag")
    until = ticket.snoozed_until
    return {
        "seq": ticket.last_seq,
        "assignee": ticket.assignee_id,
        "status": ticket.status_id,
        "team": ticket.team_id,
        "priority": ticket.priority,
        "snoozed": ticket.is_snoozed,
        "until": until.isoformat() if until else None,
        "tagged": bool(tag) and ticket.tags.filter(pk=tag).exists(),
    }


Data = dict[str, Any]


def _assign(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    operations.assign(ticket, assignee=_person(data["assignee"]), staff=staff, was=before["assignee"])


def _status(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    operations.set_status(ticket, status=_status_of(data["status"]), staff=staff, was=before["status"])


def _team(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    team = Team.objects.filter(pk=data["team"]).first()
    if team is None and data["team"]:
        raise OperationRefused(_("There is no such team any more."))
    properties.set_team(ticket, team=team, staff=staff, was=before["team"])


def _priority(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    priority = Ticket.Priority(data["priority"])
    properties.set_priority(ticket, priority=priority, staff=staff, was=before["priority"])


def _tag(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    properties.change_tags(ticket, add=[_tag_of(data)], remove=[], staff=staff)


def _untag(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    properties.change_tags(ticket, add=[], remove=[_tag_of(data)], staff=staff)


def _snooze(ticket: Ticket, data: Data, before: Data, staff: User) -> None:
    properties.snooze(ticket, until=_moment(data["until"]), staff=staff)


APPLY: dict[str, Callable[[Ticket, Data, Data, User], None]] = {
    Verb.ASSIGN: _assign,
    Verb.STATUS: _status,
    Verb.TEAM: _team,
    Verb.PRIORITY: _priority,
    Verb.TAG: _tag,
    Verb.UNTAG: _untag,
    Verb.SNOOZE: _snooze,
}


# Undoing: as it was before, unless it no longer is what the change made of it


def _take_back(undoing: BulkChange, ticket: Ticket) -> None:
    bulk, staff = undoing.undoes, undoing.staff
    assert bulk is not None  # noqa: S101  (says so to the type checker)
    before, data = bulk.items.get(ticket=ticket.pk).before, bulk.data
    if bulk.verb in {Verb.ASSIGN, Verb.STATUS}:
        _take_back_work(ticket, before, staff)
    elif bulk.verb == Verb.TEAM:
        team = Team.objects.filter(pk=before["team"]).first()
        properties.set_team(ticket, team=team, staff=staff, was=data["team"])
    elif bulk.verb == Verb.PRIORITY:
        priority = Ticket.Priority(before["priority"])
        properties.set_priority(ticket, priority=priority, staff=staff, was=data["priority"])
    elif bulk.verb == Verb.TAG and not before["tagged"]:
        _untag(ticket, data, before, staff)
    elif bulk.verb == Verb.UNTAG and before["tagged"]:
        _tag(ticket, data, before, staff)
    elif bulk.verb == Verb.SNOOZE:
        until = _moment(before["until"])
        if before["snoozed"] and (until is None or until > timezone.now()):
            properties.snooze(ticket, until=until, staff=staff)
        else:
            properties.wake(ticket, staff=staff)


def _take_back_work(ticket: Ticket, before: Data, staff: User) -> None:
    """Who has it, its status and whether it is put aside: assigning and closing may change all three."""
    after = before["after"]
    if ticket.status_id != after["status"]:
        now = ticket.status.label
        refuse_changed(ticket, STATUS_CHANGING, was=after["status"], now=ticket.status_id, words=now)
    if ticket.is_closed:
        status = _status_of(before["status"])
        ticket = operations.set_status(ticket, status=status, staff=staff, was=after["status"])
        after = {"assignee": ticket.assignee_id}
    if not ticket.is_closed and ticket.assignee_id != before["assignee"]:
        person, was = _person(before["assignee"]), after["assignee"]
        ticket = operations.assign(ticket, assignee=person, staff=staff, was=was)
    if ticket.status_id != before["status"]:
        ticket = operations.set_status(ticket, status=_status_of(before["status"]), staff=staff)
    until = _moment(before["until"])
    if before["snoozed"] and not ticket.is_snoozed and (until is None or until > timezone.now()):
        properties.snooze(ticket, until=until, staff=staff)


def _person(pk: int | None) -> User | None:
    if pk is None:
        return None
    person: User | None = User.objects.filter(pk=pk).first()
    if person is None:
        raise OperationRefused(_("This employee no longer exists."))
    return person


def _status_of(pk: int) -> Status:
    status = Status.objects.filter(pk=pk).first()
    if status is None:
        raise OperationRefused(_("This status no longer exists."))
    return status


def _tag_of(data: Data) -> Tag:
    tag = Tag.objects.filter(pk=data["tag"]).first()
    if tag is None:
        raise OperationRefused(_("There is no such tag any more."))
    return tag


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


# What is shown


def counts(bulk: BulkChange) -> dict[str, int]:
    """How many tickets it has in all, and how many in each state; one query."""
    of = {str(state): Count("pk", filter=Q(state=state)) for state in State}
    numbers: dict[str, int] = bulk.items.aggregate(all=Count("pk"), **of)
    return {**numbers, "settled": numbers["all"] - numbers[State.WAITING]}


def refusals(bulk: BulkChange) -> list[BulkItem]:
    """The first REFUSALS_SHOWN that were refused, with their tickets' clients."""
    refused = bulk.items.filter(state=State.REFUSED).select_related("ticket__client")
    return list(refused.order_by("pk")[:REFUSALS_SHOWN])
