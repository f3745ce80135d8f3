from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    name = "rules"
    verbose_name = _("Rules")

    def ready(self) -> None:
        from rules.engine import apply_rules
        from rules.models import Rule
        from staff import audit
        from tickets.signals import ticket_changed

        audit.watch(Rule, "name", "event", "client", "assign_to", "enabled", "position")
        ticket_changed.connect(apply_rules, dispatch_uid="rules.apply")
