"""What staff taught the desk: when something happens to a ticket of somebody, do this."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models import Client, Ticket, TicketEvent


class RuleQuerySet(models.QuerySet["Rule"]):
    def enabled(self) -> "RuleQuerySet":
        return self.filter(enabled=True)

    def visible_to(self, staff: User) -> "RuleQuerySet":
        """Those about nobody in particular, and about clients whom `staff` may see."""
        if staff.scope == User.Scope.ALL:
            return self
        return self.filter(Q(client__isnull=True) | Q(client__in=Client.objects.visible_to(staff)))

    def for_event(self, event: TicketEvent) -> "RuleQuerySet":
        """The rules to ask about `event`, in their order: those about its client and those about anybody."""
        about = Q(client=event.ticket.client_id) | Q(client__isnull=True)
        return (
            self.enabled()
            .filter(about, event=event.kind)
            .select_related("assign_to")
            .order_by("position", "pk")
        )


class Rule(models.Model):
    """One rule: on `event`, when the conditions hold (`client`, for now), take the action (`assign_to`).

    Every condition and every action is a column that may be empty, so each keeps its foreign key.
    """

    class Event(models.TextChoices):
        TICKET_OPENED = "ticket_opened", _("A ticket opens")

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
        User, on_delete=models.CASCADE, related_name="rules", verbose_name=_("then assign to")
    )
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
    def label(self) -> str:
        """Its name, or what it says."""
        if self.name:
            return self.name
        client = self.client.name if self.client else _("any client")
        return _("%(client)s → %(name)s") % {"client": client, "name": self.assign_to.name}


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

    class Meta:
        verbose_name = _("rule run")
        verbose_name_plural = _("rule runs")
        ordering = ["-pk"]
        indexes = [
            # The rules page: the newest run of each rule.
            models.Index("rule", F("id").desc(), name="run_newest_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.ticket}"
