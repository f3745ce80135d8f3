"""What staff taught the desk: when something happens to a ticket of somebody, do this."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from staff.middleware import zone_of
from staff.models import Team, User, validate_time_zone
from tickets.models import Client, Inbox, Ticket, TicketEvent


class RuleQuerySet(models.QuerySet["Rule"]):
    def enabled(self) -> "RuleQuerySet":
        return self.filter(enabled=True)

    def visible_to(self, staff: User) -> "RuleQuerySet":
        """Those about nobody in particular, and about clients whom `staff` may see."""
        if staff.scope == User.Scope.ALL:
            return self
        return self.filter(Q(client__isnull=True) | Q(client__in=Client.objects.visible_to(staff)))

    def of_client(self, event: TicketEvent) -> "RuleQuerySet":
        """The rules about the client of `event`'s ticket alone."""
        theirs = self.enabled().filter(client=event.ticket.client_id, event=event.kind, paused_at=None)
        return theirs.select_related("assign_to", "client")


class Event(models.TextChoices):
    """What a rule can wait for. Rows of a ticket's journal, or what the clock brings."""

    TICKET_OPENED = "ticket_opened", _("A ticket opens")
    MESSAGE_FIRST = "message_first", _("The client writes the first message of a ticket")
    MESSAGE_RECEIVED = "message_received", _("The client writes")
    MESSAGE_EDITED = "message_edited", _("The client edits a message")
    REACTION_CHANGED = "reaction_changed", _("A reaction changes")
    BUTTON_PRESSED = "button_pressed", _("The client presses a button")
    MESSAGE_QUEUED = "message_queued", _("Somebody answers")
    NOT_DELIVERED = "not_delivered", _("An answer does not arrive")
    NOTE_ADDED = "note_added", _("A note is written")
    TICKET_ASSIGNED = "ticket_assigned", _("A ticket is assigned or taken")
    TICKET_UNASSIGNED = "ticket_unassigned", _("A ticket becomes nobody’s")
    STATUS_CHANGED = "status_changed", _("The status changes")
    TICKET_CLOSED = "ticket_closed", _("A ticket is closed")
    TICKET_REOPENED = "ticket_reopened", _("A ticket is reopened")
    PRIORITY_CHANGED = "priority_changed", _("The priority changes")
    TAGS_CHANGED = "tags_changed", _("The tags change")
    TEAM_CHANGED = "team_changed", _("The team changes")
    TICKET_WOKEN = "ticket_woken", _("A ticket comes back from being put aside")
    TICKET_RATED = "ticket_rated", _("The client rates a ticket")
    NO_REPLY = "no_reply", _("Nobody has answered the client for a while")
    NO_CLIENT = "no_client", _("The client has not answered for a while")
    OPEN_FOR = "open_for", _("A ticket has been open for a while")
    HOURS_BEGIN = "hours_begin", _("Working hours begin")
    HOURS_END = "hours_end", _("Working hours end")
    SCHEDULE = "schedule", _("On a schedule")
    CLIENT_STARTED = "client_started", _("The client comes by a link to the bot")
    CLIENT_BLOCKED = "client_blocked", _("The client blocks the bot")
    CLIENT_UNBLOCKED = "client_unblocked", _("The client unblocks the bot")


# What is set off by time that goes by (rules/timers.py).
TIMED = frozenset({Event.NO_REPLY, Event.NO_CLIENT, Event.OPEN_FOR})
# What comes at an hour of the day, for each ticket that is not closed (rules/schedules.py).
CLOCKED = frozenset({Event.HOURS_BEGIN, Event.HOURS_END, Event.SCHEDULE})


class Rule(models.Model):
    """One rule: on `event`, when the conditions hold (a `client`, and a tree of others), take the actions.

    "Always assign this client to …" is a client and an employee, each a foreign key: an index finds the rules
    of one client among a hundred thousand. Whatever else a rule says is a tree (rules/language.py).
    """

    Event = Event

    class EditableBy(models.TextChoices):
        """Who of those that may change rules may change this one."""

        ALL = "all", _("Whoever changes rules")
        AUTHOR = "author", _("Its author and administrators")
        ADMINISTRATORS = "administrators", _("Administrators")

    name = models.CharField(_("name"), max_length=120, blank=True, default="")
    event = models.CharField(_("when"), max_length=32, choices=Event, default=Event.TICKET_OPENED)
    client = models.ForeignKey(
        Client,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("if the client is"),
        help_text=_("Empty: any client."),
    )
    assign_to = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("then assign to"),
    )
    # {"all": [{"field": "text", "op": "contains", "value": "refund"}, {"any": […]}]}; empty: always.
    conditions = models.JSONField(
        _("conditions"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    # [{"do": "add_tag", "value": 3}, …], taken in this order.
    actions = models.JSONField(
        _("actions"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    # How long the while is, for what waits for one.
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    # Of tickets in this inbox, or with this team, alone.
    inbox = models.ForeignKey(
        Inbox,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only in the inbox"),
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only tickets of the team"),
    )
    # {"days": ["0", …], "times": ["09:00", …]}, Monday first, in the desk's time zone.
    schedule = models.JSONField(
        _("schedule"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    editable_by = models.CharField(
        _("who may change it"),
        max_length=16,
        choices=EditableBy,
        default=EditableBy.ALL,
        db_default=EditableBy.ALL,
    )
    # No later rule answers the same event.
    stops = models.BooleanField(_("the last one"), default=False, db_default=False)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    # It ran too often and was put to rest; resumed by hand.
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveIntegerField(_("position"), default=100)
    created_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "event"],
                condition=Q(client__isnull=False),
                name="one_rule_per_client_and_event",
                violation_error_message=_("This client has such a rule already."),
            ),
        ]
        indexes = [models.Index(fields=["event", "client"], condition=Q(enabled=True), name="rule_by_event")]

    def __str__(self) -> str:
        return self.label

    @property
    def asked(self) -> dict[str, Any]:
        """Its conditions, and those that its inbox and team are."""
        scope = [("inbox", self.inbox_id), ("team", self.team_id)]
        only = [{"field": name, "op": "is", "value": [str(pk)]} for name, pk in scope if pk is not None]
        if not only:
            return self.conditions  # type: ignore[no-any-return]  # JSON
        return {"all": [*only, *([self.conditions] if self.conditions else [])]}

    @property
    def label(self) -> str:
        """Its name, or what it says."""
        if self.name:
            return self.name
        client = self.client.name if self.client else _("any client")
        if self.assign_to is None:
            return f"{client} → {self.get_event_display()}"
        return _("%(client)s → %(name)s") % {"client": client, "name": self.assign_to.name}


class RuleVersion(models.Model):
    """What a rule said in one of its versions."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions", verbose_name=_("rule"))
    version = models.PositiveIntegerField(_("version"))
    # As it is exported.
    definition = models.JSONField(_("definition"))
    staff = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("employee")
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering = ["rule_id", "-version"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.version}"


class RuleRun(models.Model):
    """What a rule did to a ticket, or why it could not."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs", verbose_name=_("rule"))
    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="rule_runs", verbose_name=_("ticket")
    )
    seq = models.PositiveBigIntegerField(_("journal number"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=255, blank=True, default="")
    created_at = models.DateTimeField(_("when"))
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    milliseconds = models.FloatField(_("milliseconds"), default=0, db_default=0)

    class Meta:
        verbose_name = _("rule run")
        verbose_name_plural = _("rule runs")
        ordering = ["-pk"]
        indexes = [
            # The rules page: the newest run of each rule.
            models.Index("rule", F("id").desc(), name="run_newest_of_rule"),
            # How often a rule ran in one ticket lately.
            models.Index(fields=["ticket", "rule", "-id"], name="run_of_rule_in_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.ticket}"


class Turn(models.Model):
    """Whose turn it is in a team: whoever a rule gave its last ticket to, so that all get as many."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="+")
    last = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self) -> str:
        return f"{self.team}: {self.last}"


class WorkingHours(models.Model):
    """When an inbox is answered: hours of each weekday, without its holidays, in its own time zone."""

    inbox = models.OneToOneField(
        Inbox, on_delete=models.CASCADE, related_name="working_hours", verbose_name=_("inbox")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    # Seven pairs, Monday first: ["09:00", "18:00"], or null for a day off. Until midnight is "24:00".
    week = models.JSONField(_("week"), default=list)
    # ISO dates: ["2026-12-25", …].
    holidays = models.JSONField(_("holidays"), default=list, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True, db_default=Now())

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")

    def __str__(self) -> str:
        return str(self.inbox)

    def edges(self, day: date) -> tuple[datetime, datetime] | None:
        """When they begin and end on a day; None for a day off."""
        hours = self.week[day.weekday()] if len(self.week) == 7 else None
        if not hours or day.isoformat() in self.holidays:
            return None
        begins, ends = (
            datetime.combine(day, time(), zone_of(self.time_zone))
            + timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
            for clock in hours
        )
        return begins, ends

    def hold_at(self, moment: datetime) -> bool:
        """Whether `moment` is within them."""
        here = moment.astimezone(zone_of(self.time_zone))
        hours = self.week[here.weekday()] if len(self.week) == 7 else None
        if not hours or here.date().isoformat() in self.holidays:
            return False
        return bool(hours[0] <= here.strftime("%H:%M") < hours[1])


class RuleTick(models.Model):
    """A moment of the clock that a rule was applied for, so that no second process does it again."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="ticks")
    # 0: not about one inbox.
    inbox_id = models.BigIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        verbose_name = _("moment of a rule")
        verbose_name_plural = _("moments of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "inbox_id", "due_at"], name="rule_once_at_a_moment")
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.due_at:%Y-%m-%d %H:%M}"


class WebhookCall(models.Model):
    """One call of a rule's webhook: queued with what set it off, sent by a job, tried again for a while."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="calls", verbose_name=_("rule"))
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", verbose_name=_("ticket"))
    url = models.URLField(_("address"), max_length=500)
    body = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    error = models.CharField(_("error"), max_length=255, blank=True, default="")
    tries = models.PositiveIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.url
