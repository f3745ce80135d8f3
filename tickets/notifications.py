"""What notifications say, whom they reach at once, and what each employee wants of them.

tickets/notifying.py writes them; the bell lists them (tickets/views/notifications.py); open pages hear of
them over the list's socket (tickets/hub.py).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.middleware import zone_of
from staff.models import User
from tickets import live
from tickets.models import Notification, NotificationSettings, Ticket
from tickets.querysets import in_sight_of, who_sees
from tickets.reading import MOST_UNREAD

Kind = Notification.Kind
KEPT = timedelta(days=90)
# So many old ones go in one round; the next one takes the rest.
MOST_AT_ONCE = 500

TITLES: dict[str, str | Promise] = {
    Kind.ASSIGNED: _("%(actor)s gave you ticket #%(number)s"),
    Kind.MESSAGE: _("%(client)s wrote in ticket #%(number)s"),
    Kind.MENTION: _("%(actor)s mentioned you in ticket #%(number)s"),
    Kind.NEW_TICKET: _("A new ticket from %(client)s"),
    Kind.FAILED: _("Your answer did not reach %(client)s"),
    Kind.SNOOZE_OVER: _("Ticket #%(number)s is back: %(client)s"),
    Kind.RULE: _("Please look at ticket #%(number)s: %(client)s"),
    Kind.RULE_PAUSED: _("A rule of yours ran too often in ticket #%(number)s and rests"),
    Kind.TEAM: _("%(actor)s gave your team ticket #%(number)s"),
}
# Nobody did it: a rule, or somebody who is gone.
BY_ITSELF: dict[str, str | Promise] = {
    Kind.ASSIGNED: _("Ticket #%(number)s was given to you"),
    Kind.MENTION: _("You were mentioned in ticket #%(number)s"),
    Kind.TEAM: _("Ticket #%(number)s was given to your team"),
}
ICONS = {
    Kind.ASSIGNED: "user-check",
    Kind.MESSAGE: "message-circle",
    Kind.MENTION: "quote",
    Kind.NEW_TICKET: "inbox",
    Kind.FAILED: "alert-triangle",
    Kind.SNOOZE_OVER: "alarm",
    Kind.TEAM: "users",
    Kind.RULE: "route",
    Kind.RULE_PAUSED: "alert-triangle",
}


def unread(staff: User) -> models.QuerySet[Notification]:
    """What the bell counts: not read, and still in their sight."""
    theirs = staff.notifications.filter(in_sight_of(staff, "ticket__"), read_at__isnull=True)
    return theirs.order_by().values("pk")[:MOST_UNREAD]  # type: ignore[return-value]  # rows of ids


def listed(staff: User, *, below: int | None, size: int) -> list[Notification]:
    """Their newest `size` notifications, after the one whose id is `below`."""
    rows = staff.notifications.filter(in_sight_of(staff, "ticket__"))
    if below is not None and (last := staff.notifications.filter(pk=below).first()):
        rows = rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=below))
    rows = rows.select_related("ticket__client", "message", "actor").defer("message__search")
    return list(rows.order_by("-created_at", "-pk")[:size])


def read_all(staff: User) -> int:
    """Marks everything as read; how many those were."""
    marked = staff.notifications.filter(read_at__isnull=True).update(read_at=timezone.now())
    if marked:
        live.read(staff.pk, 0)  # no ticket: their other tabs count anew
    return marked


def forget_old(now: datetime) -> int:
    """Removes what is older than KEPT; how many those were."""
    oldest = list(Notification.objects.order_by("pk").values_list("pk", "created_at")[:MOST_AT_ONCE])
    old = [pk for pk, created_at in oldest if created_at < now - KEPT]
    if old:
        Notification.objects.filter(pk__in=old).delete()
    return len(old)


def title_of(notification: Notification) -> str:
    """In the current language."""
    kind, actor = notification.kind, notification.actor
    words = TITLES[kind] if actor or kind not in BY_ITSELF else BY_ITSELF[kind]
    ticket = notification.ticket
    names = {"client": ticket.client.name, "number": ticket.pk, "actor": actor.name if actor else ""}
    return str(words) % names


def text_of(notification: Notification) -> str:
    """What it is about, in one line: the message, or the ticket's last one."""
    message = notification.message
    return message.preview if message else notification.ticket.subject or notification.ticket.client.name


def address_of(notification: Notification) -> str:
    """Where it is seen."""
    address = reverse("ticket", args=[notification.ticket_id])
    return f"{address}?through={notification.seq}" if notification.seq else address


# At once, over the socket


@dataclass(frozen=True)
class Listener:
    """Somebody who has a page open here: how they read, and whether they have a ticket in sight."""

    language: str
    time_zone: str


def alerts(
    told: dict[int, int], opened: set[int], listeners: dict[int, Listener]
) -> list[tuple[int, dict[str, Any]]]:
    """(employee, frame) for what was just written for those who listen. Three queries at most."""
    here = {pk for pk, staff_id in told.items() if staff_id in listeners}
    with_all = Notification.objects.select_related("ticket__client", "message", "actor")
    rows = list(with_all.defer("message__search").filter(pk__in=here)) if here else []
    rows += _of_new_tickets(opened, listeners)
    if not rows:
        return []
    wanted = {one.staff_id: one for one in _wants({row.staff_id for row in rows})}
    now = timezone.now()
    return [
        (row.staff_id, _frame(row, wanted[row.staff_id], listeners[row.staff_id], now))
        for row in rows
        if row.staff_id in wanted and row.kind not in wanted[row.staff_id].muted
    ]


def _of_new_tickets(opened: set[int], listeners: dict[int, Listener]) -> list[Notification]:
    """For each new ticket that nobody has and each who sees it; kept nowhere, the list itself keeps them."""
    found: list[Notification] = []
    if not opened or not listeners:
        return []
    tickets = Ticket.objects.filter(pk__in=opened, assignee=None).select_related("client", "last_message")
    for ticket in tickets.defer("last_message__search"):
        seeing = User.objects.active().filter(who_sees(ticket), pk__in=listeners).values_list("pk", flat=True)
        found += [
            Notification(
                staff_id=staff_id,
                kind=Kind.NEW_TICKET,
                ticket=ticket,
                message=ticket.last_message,
                created_at=ticket.created_at,
            )
            for staff_id in seeing
        ]
    return found


@dataclass(frozen=True)
class Wants:
    """What one employee wants to hear."""

    staff_id: int
    availability: str
    settings: NotificationSettings

    @property
    def muted(self) -> list[str]:
        return list(self.settings.muted)


def _wants(staff_ids: set[int]) -> list[Wants]:
    people = User.objects.active().filter(pk__in=staff_ids).select_related("notification_settings")
    return [Wants(one.pk, one.availability, settings_of(one)) for one in people]


def settings_of(staff: User) -> NotificationSettings:
    """Theirs, or unsaved ones as they are by default."""
    try:
        return staff.notification_settings
    except NotificationSettings.DoesNotExist:
        return NotificationSettings(staff=staff)


def _frame(row: Notification, wants: Wants, listener: Listener, now: datetime) -> dict[str, Any]:
    rings = wants.availability != User.Availability.OFF and not is_quiet(
        wants.settings, now=now, time_zone=listener.time_zone
    )
    with translation.override(listener.language):
        return {
            "type": "alert",
            # The same for all of somebody's tabs, of which one rings.
            "key": f"{row.pk or f'new-{row.ticket_id}'}:{row.count}",
            "kind": row.kind,
            "ticket": row.ticket_id,
            "title": title_of(row),
            "text": text_of(row),
            "address": address_of(row),
            "sound": rings and wants.settings.sound,
            "desktop": rings and wants.settings.desktop,
        }


def is_quiet(wanted: NotificationSettings, *, now: datetime, time_zone: str) -> bool:
    """Whether it is between their quiet hours, which may go over midnight, in `time_zone`."""
    begins, ends = wanted.quiet_from, wanted.quiet_until
    if begins is None or ends is None or begins == ends:
        return False
    here: time = now.astimezone(zone_of(time_zone)).time()
    return begins <= here < ends if begins < ends else here >= begins or here < ends
