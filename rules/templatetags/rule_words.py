"""How the rules page says what a rule did."""

from django import template
from django.utils.translation import gettext as _

from rules import words
from rules.models import Rule, RuleRun
from rules.offers import Offers

register = template.Library()


@register.filter
def last_run(rule: Rule, runs: dict[int, RuleRun]) -> RuleRun | None:
    """The newest run of `rule` among `runs`."""
    return runs.get(rule.pk)


@register.filter
def sentence(rule: Rule, offers: Offers) -> str:
    return words.sentence(rule, offers)


@register.filter
def reason_words(run: RuleRun) -> str:
    """Why a rule did nothing, in the reader's language; a fault as it was written down."""
    return _(run.reason) if run.reason else ""
