"""What is wrong with a list of actions, in words: asked as one types, and before a rule is saved."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from rules import answers, webhooks
from rules.actions import ACTIONS, Action
from rules.texts import wrong_text

MOST_ACTIONS = 20


def check(actions: Any) -> list[tuple[str, str]]:
    """(path, words) for everything that is wrong with a list of actions."""
    if not isinstance(actions, list):
        return [("actions", _("Actions are a list."))]
    if len(actions) > MOST_ACTIONS:
        return [("actions", _("%(most)d actions at most.") % {"most": MOST_ACTIONS})]
    wrong = []
    for number, one in enumerate(actions):
        known = isinstance(one, dict) and isinstance(one.get("do"), str)
        action = ACTIONS.get(one["do"]) if known else None
        words = _("Choose what is done.") if action is None else _wrong_value(action, one.get("value"))
        if words:
            wrong.append((f"actions.{number}", words))
    return wrong


def _wrong_value(action: Action, value: Any) -> str:
    looks: dict[str, Callable[[], str]] = {
        "choice": lambda: _wrong_choice(action, value),
        "hours": lambda: _wrong_hours(value, least=0.01),
        "text": lambda: wrong_text(value),
        "address": lambda: webhooks.wrong_address(value),
        "answer": lambda: _wrong_answer(action, value),
    }
    return looks[action.takes]() if action.takes else ""


def _wrong_choice(action: Action, value: Any) -> str:
    fits = isinstance(value, str | int) and not isinstance(value, bool) and str(value).isdecimal()
    offered = action.choices if isinstance(action.choices, list) else None
    if not fits or len(str(value)) > 18 or (offered and str(value) not in dict(offered)):
        return _("Choose one.")
    return ""


def _wrong_answer(action: Action, value: Any) -> str:
    if not isinstance(value, dict):
        return _("Words are needed here.")
    canned = value.get("canned")
    words = _wrong_choice(action, canned) if canned else answers.wrong_in(value)
    return words or _wrong_hours(value.get("hours") or 0, least=0)


def _wrong_hours(value: Any, *, least: float) -> str:
    try:
        hours = float(value)
    except (TypeError, ValueError):
        return _("A number of hours is needed here.")
    return "" if least <= hours <= 24 * 365 else _("A number of hours is needed here, a year's at most.")
