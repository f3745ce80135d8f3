from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    name = "rules"
    verbose_name = _("Rules")

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from rules.compiled import cache
        from rules.engine import apply_rules
        from rules.models import Rule, WorkingHours
        from rules.schedules import begin_due
        from staff import audit
        from tickets.signals import clock_ticks, ticket_changed

        audit.watch(
            Rule,
            "name",
            "event",
            "client",
            "assign_to",
            "enabled",
            "position",
            "conditions",
            "actions",
            "stops",
            "minutes",
            "inbox",
            "team",
            "schedule",
            "editable_by",
        )
        audit.watch(WorkingHours, "time_zone", "week", "holidays")
        ticket_changed.connect(apply_rules, dispatch_uid="rules.apply")
        clock_ticks.connect(begin_due, dispatch_uid="rules.clock")
        post_save.connect(cache.forget, sender=Rule, weak=False, dispatch_uid="rules.saved")
        post_delete.connect(cache.forget, sender=Rule, weak=False, dispatch_uid="rules.deleted")
