"""A rule as a sentence, in the reader's language; and one question of it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rules.actions import ACTIONS
from rules.facts import FIELDS, WEEKDAYS, YES
from rules.language import GROUPS, OPERATORS
from rules.models import TIMED, Event, Rule
from rules.offers import Offers

LONGEST_QUOTED = 60


def sentence(rule: Rule, offers: Offers) -> str:
    """ "When the client writes, if the text contains “refund”: add the tag Refund." """
    when = _lower(str(Event(rule.event).label))
    if rule.event in TIMED:
        when = _("%(when)s, %(minutes)s minutes") % {"when": when, "minutes": rule.minutes or "…"}
    if rule.event == Event.SCHEDULE:
        when = _scheduled(rule, when)
    client = _(" of %(name)s") % {"name": rule.client.name} if rule.client else ""
    said = condition(rule.asked, offers, outermost=True) if _asks(rule.asked) else ""
    done = [action_words(one, offers) for one in rule.actions]
    if rule.assign_to is not None:
        done.insert(0, _("assign it to %(name)s") % {"name": rule.assign_to.name})
    actions = ", ".join(done) or _("do nothing")
    if said:
        return _("When %(when)s%(client)s, if %(conditions)s: %(actions)s.") % {
            "when": when,
            "client": client,
            "conditions": said,
            "actions": actions,
        }
    return _("When %(when)s%(client)s: %(actions)s.") % {"when": when, "client": client, "actions": actions}


def _scheduled(rule: Rule, when: str) -> str:
    """ "on a schedule (Monday, Friday; 09:00)" """
    days = dict(WEEKDAYS)
    chosen = rule.schedule.get("days"), rule.schedule.get("times")
    named = [str(days.get(str(day), "…")) for day in chosen[0]] if isinstance(chosen[0], list) else []
    times = [str(clock) for clock in chosen[1]] if isinstance(chosen[1], list) else []
    return f"{when} ({', '.join(named) or '…'}; {', '.join(times) or '…'})"


def _asks(node: Any) -> bool:
    """Whether there is any question in it."""
    groups = [node[name] for name in GROUPS if isinstance(node, dict) and isinstance(node.get(name), list)]
    return any(_asks(one) for one in groups[0]) if groups else bool(node)


def condition(node: Any, offers: Offers, *, outermost: bool = False) -> str:
    """A part of the tree in words; what isn't finished is an ellipsis."""
    if not isinstance(node, dict) or not node:
        return "…"
    group = next((name for name in GROUPS if name in node), None)
    if group is None:
        return question(node, offers)
    parts = [condition(one, offers) for one in node[group] if one] if isinstance(node[group], list) else []
    if not parts:
        return "…"
    joint = _(" and ") if group == "all" else _(" or ")
    said = joint.join(parts)
    if group == "none":
        return _("none of these: (%(parts)s)") % {"parts": said}
    return f"({said})" if len(parts) > 1 and not outermost else said


def question(node: dict[str, Any], offers: Offers) -> str:
    field = FIELDS.get(str(node.get("field")))
    if field is None:
        return "…"
    operator = OPERATORS[field.kind].get(str(node.get("op")))
    if operator is None:
        return f"{field.label} …"
    if field.kind == YES:
        said = str(field.label)
        return said if node["op"] == "yes" else _("it is not true that %(it)s") % {"it": said}
    value = _value(operator.needs, node.get("value"), field.choices, offers)
    named = f"“{_short(node.get('of')) or '…'}”" if field.named else ""
    return " ".join(part for part in (str(field.label), named, str(operator.label), value) if part)


def _value(needs: str, value: Any, choices: Any, offers: Offers) -> str:
    if needs in {"text", "regex"}:
        return f"“{_short(value)}”"
    if needs in {"number", "clock"}:
        return str(value if value is not None else "…")
    if needs == "two numbers":
        return " … ".join(str(one) for one in value) if isinstance(value, list) else "…"
    if needs == "choices":
        return ", ".join(offers.name(choices, one) for one in value) if isinstance(value, list) else "…"
    return ""


def action_words(one: Any, offers: Offers) -> str:
    action = ACTIONS.get(str(one.get("do"))) if isinstance(one, dict) else None
    if action is None:
        return "…"
    value = one.get("value")
    if action.takes == "choice":
        return f"{action.label} {offers.name(action.choices, value)}"
    if action.takes == "answer":
        return f"{action.label} {_answer(value if isinstance(value, dict) else {}, offers)}"
    if action.takes == "text":
        return f"{action.label} “{_short(value)}”"
    return f"{action.label} {value}" if action.takes in {"hours", "address"} else str(action.label)


def _answer(value: dict[str, Any], offers: Offers) -> str:
    """ "“Hello” (also in ru, de; with 2 buttons)"."""
    if canned := value.get("canned"):
        return _("with the canned reply %(name)s") % {"name": offers.name("canned", canned)}
    texts, rows = value.get("texts"), value.get("buttons")
    more = []
    if isinstance(texts, dict) and texts:
        more.append(_("also in %(languages)s") % {"languages": _short(", ".join(texts))})
    count = sum(len(row) for row in rows if isinstance(row, list)) if isinstance(rows, list) else 0
    if count:
        more.append(ngettext("with %(n)d button", "with %(n)d buttons", count) % {"n": count})
    return f"“{_short(value.get('text'))}”" + (f" ({'; '.join(more)})" if more else "")


def _short(value: Any) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= LONGEST_QUOTED else f"{text[: LONGEST_QUOTED - 1]}…"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
