"""What a rule can do: each action is a step on the locked ticket, in the transaction that set the rule off.

An action that finds nothing to change says so and does nothing; one that can't be done (somebody left, a tag
is gone) raises Skip with words that are shown with the run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from rules import answers, webhooks
from rules.capacity import has_room, hold
from rules.facts import labels
from rules.models import Rule, RuleRun, Turn
from rules.texts import filled
from staff.models import Team, User
from staff.roles import WORK
from tickets import amendment_steps, notifying, property_steps, rating_steps, steps
from tickets.content import Content
from tickets.errors import OperationRefused
from tickets.journal import Actor, Change
from tickets.mentions import called_in
from tickets.models import Amendment, Client, Message, Notification, Rating, Status, Tag, Ticket, TicketEvent
from tickets.querysets import who_sees
from tickets.reaction_emoji import QUICK


class Skip(Exception):
    """Why an action did nothing; `words` are a translated text's original."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Doing:
    """One action under way."""

    change: Change
    ticket: Ticket
    actor: Actor
    rule: Rule
    event: TicketEvent


@dataclass(frozen=True)
class Action:
    label: str | Promise
    do: Callable[[Doing, Any], bool]  # whether anything changed
    # What it takes: "", text, hours, or the name of what the page offers.
    takes: str = ""
    choices: Any = None


def _there(ticket: Ticket) -> Any:
    """Who could work on the ticket now: at their place, allowed to work, and it is in their sight."""
    role = Q(groups__permissions__codename=WORK.partition(".")[2]) | Q(is_superuser=True)
    people = User.objects.active().filter(role, availability=User.Availability.ONLINE)
    sees = who_sees(ticket) | Q(scope=User.Scope.TEAMS)  # whoever has a ticket sees it
    return people.filter(sees).distinct()


def _may_have(ticket: Ticket) -> Any:
    """Who can be given the ticket by itself: who is there, and has room for one more."""
    return _there(ticket).filter(has_room())


def _choices(ticket: Ticket, *, nobody: str, full: str, **which: Any) -> list[User]:
    """Of the employees `which`, those who can be given the ticket, theirs held until the transaction ends.

    Raises Skip: with the words `nobody` when none is there, `full` when those who are there have no room.
    """
    hold(User.objects.filter(**which))
    people = list(_may_have(ticket).filter(**which).order_by("pk"))
    if not people:
        raise Skip(full if _there(ticket).filter(**which).exists() else nobody)
    return people


def _give(doing: Doing, person: User) -> bool:
    if doing.ticket.is_closed:
        raise Skip(gettext_noop("The ticket is closed."))
    if doing.ticket.assignee_id == person.pk:
        return False
    steps.assign(doing.change, doing.ticket, person, doing.actor)
    return True


def _assign(doing: Doing, value: Any) -> bool:
    """To whom the rule names, however many tickets they have: a person decided that, and it stands."""
    person = User.objects.filter(pk=value).first()
    if person is None or not person.is_active:
        raise Skip(gettext_noop("The employee is no longer active."))
    if person.availability == User.Availability.OFF:
        raise Skip(gettext_noop("The employee is off, so the ticket stays open to all."))
    if not person.has_perm(WORK):
        raise Skip(gettext_noop("The employee only looks on."))
    return _give(doing, person)


def _unassign(doing: Doing, value: Any) -> bool:
    if doing.ticket.assignee_id is None or doing.ticket.is_closed:
        return False
    steps.unassign(doing.change, doing.ticket, doing.actor)
    return True


def _team(doing: Doing, value: Any) -> bool:
    team = Team.objects.filter(pk=value).first() if value else None
    if value and team is None:
        raise Skip(gettext_noop("There is no such team any more."))
    if doing.ticket.team_id == (team.pk if team else None):
        return False
    property_steps.set_team(doing.change, doing.ticket, team, doing.actor)
    return True


@transaction.atomic  # a Skip lets go of the rows: the next action may want them in another order
def _members(doing: Doing, value: Any) -> tuple[Turn, list[User]]:
    """The team's turn, its row ours until the transaction ends, and who can be given the ticket."""
    if not Team.objects.filter(pk=value).exists():
        raise Skip(gettext_noop("There is no such team any more."))
    Turn.objects.get_or_create(team_id=value)
    turn = Turn.objects.select_for_update(of=("self",)).get(team_id=value)
    members = _choices(
        doing.ticket,
        nobody=gettext_noop("Nobody of the team is there."),
        full=gettext_noop("Everybody of the team who is there has as many tickets as they take."),
        teams=value,
    )
    return turn, members


def _round_robin(doing: Doing, value: Any) -> bool:
    if doing.ticket.assignee_id is not None:
        raise Skip(gettext_noop("Somebody has the ticket already."))
    turn, members = _members(doing, value)
    after = [person for person in members if turn.last_id is not None and person.pk > turn.last_id]
    person = (after or members)[0]
    turn.last = person
    turn.save(update_fields=["last"])
    return _give(doing, person)


def _least_loaded(doing: Doing, value: Any) -> bool:
    if doing.ticket.assignee_id is not None:
        raise Skip(gettext_noop("Somebody has the ticket already."))
    _turn, members = _members(doing, value)
    loads = dict(
        Ticket.objects.active()
        .filter(assignee__in=members)
        .order_by()
        .values_list("assignee")
        .annotate(load=Count("pk"))
    )
    return _give(doing, min(members, key=lambda person: (loads.get(person.pk, 0), person.pk)))


@transaction.atomic  # as in _members
def _had_last(doing: Doing, value: Any) -> bool:
    if doing.ticket.assignee_id is not None:
        raise Skip(gettext_noop("Somebody has the ticket already."))
    earlier = Ticket.objects.filter(client=doing.ticket.client_id, assignee__isnull=False)
    last = earlier.exclude(pk=doing.ticket.pk).order_by("-pk").values_list("assignee", flat=True)[:1]
    (person,) = _choices(
        doing.ticket,
        nobody=gettext_noop("Nobody who is there had this client before."),
        full=gettext_noop("Who had this client last has as many tickets as they take."),
        pk__in=list(last),
    )
    return _give(doing, person)


def _status(doing: Doing, value: Any) -> bool:
    status = Status.objects.filter(pk=value).first()
    if status is None:
        raise Skip(gettext_noop("There is no such status any more."))
    ticket = doing.ticket
    if ticket.status_id == status.pk:
        return False
    if ticket.is_closed and not status.is_closed:
        raise Skip(gettext_noop("The ticket is closed; another action reopens it."))
    if status.is_in_progress and ticket.assignee_id is None:
        raise Skip(gettext_noop("Nobody has the ticket, so it can’t be in progress."))
    steps.set_status(doing.change, ticket, status, doing.actor)
    return True


def _reopen(doing: Doing, value: Any) -> bool:
    ticket = doing.ticket
    if not ticket.is_closed:
        return False
    if Ticket.objects.open().filter(client=ticket.client_id).exists():
        raise Skip(gettext_noop("The client has a newer ticket that is open."))
    status = Status.objects.get(pk=Status.IN_PROGRESS_ID if ticket.assignee_id else Status.OPEN_ID)
    steps.set_status(doing.change, ticket, status, doing.actor)
    return True


def _priority(doing: Doing, value: Any) -> bool:
    priority = Ticket.Priority(int(value))
    if doing.ticket.priority == priority:
        return False
    property_steps.set_priority(doing.change, doing.ticket, priority, doing.actor)
    return True


def _tags(doing: Doing, value: Any, *, add: bool) -> bool:
    tag = Tag.objects.filter(pk=value).first()
    if tag is None:
        raise Skip(gettext_noop("There is no such tag any more."))
    if doing.ticket.tags.filter(pk=tag.pk).exists() == add:
        return False
    added, removed = ([tag], []) if add else ([], [tag])
    property_steps.change_tags(doing.change, doing.ticket, added, removed, doing.actor)
    return True


def _tag_client(doing: Doing, value: Any) -> bool:
    tag = Tag.objects.filter(pk=value).first()
    if tag is None:
        raise Skip(gettext_noop("There is no such tag any more."))
    if doing.ticket.client.tags.filter(pk=tag.pk).exists():
        return False
    doing.ticket.client.tags.add(tag)
    property_steps.change_client(doing.change, doing.ticket, doing.ticket.client, doing.actor)
    return True


def _note(doing: Doing, value: Any) -> bool:
    """Colleagues who are called in it (@anna) are told, unless they may not see the ticket."""
    text = filled(str(value), doing.ticket)
    try:
        people, calls = called_in(text, doing.ticket)
    except OperationRefused:
        people, calls = [], []
    content = Content(text=text, entities=calls)
    property_steps.write_note(doing.change, doing.ticket, content, actor=doing.actor, mentioned=people)
    return True


def _answer(doing: Doing, value: Any) -> bool:
    """rules/answers.py says what; with {"hours"} to one client once in so many hours at most."""
    hours = float(value.get("hours") or 0)
    if hours:
        since = doing.change.now - timedelta(hours=hours)
        said = RuleRun.objects.filter(
            rule=doing.rule,
            ticket__client=doing.ticket.client_id,
            outcome=RuleRun.Outcome.DONE,
            created_at__gt=since,
        )
        if said.exists():
            raise Skip(gettext_noop("The client was told so a short while ago."))
    with answers.content(value, doing.ticket) as content:
        if content is None:
            raise Skip(gettext_noop("There is no such canned reply any more."))
        steps.write_message(doing.change, doing.ticket, content, actor=doing.actor)
    return True


def _ask_rating(doing: Doing, value: Any, *, thumbs: bool = False) -> bool:
    """Once for a ticket."""
    asked = doing.ticket.messages.filter(direction=Message.Direction.OUT).exclude(buttons=[])
    rated = Rating.objects.filter(ticket=doing.ticket.pk).exists()
    if rated or any(rating_steps.is_request(message) for message in asked.only("buttons")):
        raise Skip(gettext_noop("The client was asked already."))
    text = filled(str(value), doing.ticket)
    rating_steps.ask_rating(doing.change, doing.ticket, text, doing.actor, thumbs=thumbs)
    return True


def _snooze(doing: Doing, value: Any) -> bool:
    if doing.ticket.is_closed or doing.ticket.is_snoozed:
        return False
    until = doing.change.now + timedelta(hours=float(value))
    property_steps.snooze(doing.change, doing.ticket, until, doing.actor)
    return True


def _ban(doing: Doing, value: Any) -> bool:
    client: Client = doing.ticket.client
    if client.is_banned:
        return False
    property_steps.set_banned(doing.change, doing.ticket, client, banned=True, actor=doing.actor)
    return True


def _notify(doing: Doing, value: Any) -> bool:
    return _tell(doing, User.objects.active().filter(pk=value))


def _notify_team(doing: Doing, value: Any) -> bool:
    return _tell(doing, User.objects.active().filter(teams=value))


def _tell(doing: Doing, people: Any) -> bool:
    ids = list(people.values_list("pk", flat=True))
    if not ids:
        raise Skip(gettext_noop("There is nobody to tell."))
    told = notifying.tell_of_rule(ids, doing.event, Notification.Kind.RULE, doing.change.now)
    doing.change.told |= told
    return bool(told)


def _react(doing: Doing, value: Any) -> bool:
    message = doing.event.message or doing.ticket.last_message
    emoji = QUICK[int(value)] if str(value).isdecimal() and int(value) < len(QUICK) else None
    if message is None or emoji is None or message.direction == Message.Direction.NOTE:
        raise Skip(gettext_noop("There is no message to react to."))
    data: dict[str, object] = {"reactions": [{"type": "emoji", "emoji": emoji}]}
    message.ticket = doing.ticket
    amendment_steps.ask_amendment(doing.change, message, Amendment.Kind.REACT, data, actor=doing.actor)
    return True


def _webhook(doing: Doing, value: Any) -> bool:
    webhooks.queue_call(doing.rule, doing.ticket, doing.event, str(value))
    return True


ACTIONS: dict[str, Action] = {
    "assign": Action(gettext_lazy("assign it to"), _assign, "choice", "people"),
    "round_robin": Action(gettext_lazy("assign it in turn within the team"), _round_robin, "choice", "teams"),
    "least_loaded": Action(
        gettext_lazy("assign it to who has the fewest in the team"), _least_loaded, "choice", "teams"
    ),
    "had_last": Action(gettext_lazy("assign it to who had this client last"), _had_last),
    "unassign": Action(gettext_lazy("take it away from its assignee"), _unassign),
    "team": Action(gettext_lazy("give it to the team"), _team, "choice", "teams"),
    "status": Action(gettext_lazy("set the status"), _status, "choice", "statuses"),
    "reopen": Action(gettext_lazy("reopen it"), _reopen),
    "priority": Action(gettext_lazy("set the priority"), _priority, "choice", labels(Ticket.Priority)),
    "add_tag": Action(
        gettext_lazy("add the tag"), lambda doing, value: _tags(doing, value, add=True), "choice", "tags"
    ),
    "remove_tag": Action(
        gettext_lazy("remove the tag"), lambda doing, value: _tags(doing, value, add=False), "choice", "tags"
    ),
    "tag_client": Action(gettext_lazy("tag the client"), _tag_client, "choice", "tags"),
    "answer": Action(gettext_lazy("answer the client"), _answer, "answer", "canned"),
    "react": Action(
        gettext_lazy("react with"), _react, "choice", [(str(place), one) for place, one in enumerate(QUICK)]
    ),
    "notify": Action(gettext_lazy("tell"), _notify, "choice", "people"),
    "notify_team": Action(gettext_lazy("tell the team"), _notify_team, "choice", "teams"),
    "ask_rating": Action(gettext_lazy("ask for a rating"), _ask_rating, "text"),
    "ask_thumbs": Action(gettext_lazy("ask for 👍 or 👎"), partial(_ask_rating, thumbs=True), "text"),
    "note": Action(gettext_lazy("write a note"), _note, "text"),
    "snooze": Action(gettext_lazy("put it aside for hours"), _snooze, "hours"),
    "webhook": Action(gettext_lazy("call the address"), _webhook, "address"),
    "ban": Action(gettext_lazy("ban the client"), _ban),
}
