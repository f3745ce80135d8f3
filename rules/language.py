"""The conditions of a rule: a tree of all, any and none over single questions; checked, compiled, explained.

A question is {"field", "op", "value"}; a group is {"all": […]}, {"any": […]} or {"none": […]}. Text is
compared without case, and with е and ё as one letter, as the search does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rules.facts import CHANGING, CHOICE, CLOCK, FIELDS, NUMBER, SEVERAL, TEXT, YES, Facts
from tickets.search import fold

GROUPS = ("all", "any", "none")
DEEPEST, MOST_PARTS, LONGEST_VALUE = 4, 60, 1000
LONGEST_NAME = 64  # of a client's attribute
CLOCKS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
# What a compiled expression may take; the engine is linear in the text whatever it says.
REGEX_MEMORY = 1 << 20  # bytes

Tree = dict[str, Any]
Holds = Callable[[Facts], bool]


@dataclass(frozen=True)
class Operator:
    label: str | Promise
    # `make(value)` returns the comparison of a fact; without a `needs` it is called with None.
    make: Callable[[Any], Callable[[Any], bool]]
    needs: str = ""  # text, regex, number, two numbers, choices, clock
    # Of the change that the event is: (before, after), or None when it changed something else.
    of_change: bool = False


class Wrong(ValueError):
    """Something a person wrote can't be understood; where (a path such as "all.0") and why, in words."""

    def __init__(self, path: str, words: str) -> None:
        super().__init__(words)
        self.path, self.words = path, words


# A message's text is compared by many rules, one after the other.
_folded = lru_cache(maxsize=64)(fold)


def _word(value: str) -> Callable[[Any], bool]:
    pattern = re.compile(rf"(?<!\w){re.escape(fold(value))}(?!\w)")
    return lambda text: bool(pattern.search(_folded(text)))


def _regex(value: str) -> Callable[[Any], bool]:
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = REGEX_MEMORY, False, False
    pattern = re2.compile(value, options)
    return lambda text: bool(pattern.search(text))


def _texts(compare: Callable[[str, str], bool]) -> Callable[[str], Callable[[Any], bool]]:
    def make(value: str) -> Callable[[Any], bool]:
        folded = fold(value)
        return lambda text: compare(_folded(text), folded)

    return make


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[float], Callable[[Any], bool]]:
    return lambda value: lambda number: number is not None and compare(number, value)


def _changed(end: int) -> Callable[[Any], Callable[[Any], bool]]:
    """Compares what a change changed from (0) or to (1)."""
    return lambda values: lambda pair: pair is not None and (pair[end] or "") in values


EMPTY = {
    "empty": Operator(gettext_lazy("is empty"), lambda _value: lambda fact: not fact),
    "not_empty": Operator(gettext_lazy("is not empty"), lambda _value: bool),
}
OPERATORS: dict[str, dict[str, Operator]] = {
    TEXT: {
        "contains": Operator(gettext_lazy("contains"), _texts(lambda text, part: part in text), "text"),
        "not_contains": Operator(
            gettext_lazy("does not contain"), _texts(lambda text, part: part not in text), "text"
        ),
        "word": Operator(gettext_lazy("has the word"), _word, "text"),
        "is": Operator(gettext_lazy("is"), _texts(lambda text, other: text.strip() == other.strip()), "text"),
        "is_not": Operator(
            gettext_lazy("is not"), _texts(lambda text, other: text.strip() != other.strip()), "text"
        ),
        "begins": Operator(gettext_lazy("begins with"), _texts(str.startswith), "text"),
        "ends": Operator(gettext_lazy("ends with"), _texts(str.endswith), "text"),
        "matches": Operator(gettext_lazy("matches the expression"), _regex, "regex"),
        **EMPTY,
    },
    CHOICE: {
        "is": Operator(
            gettext_lazy("is one of"), lambda values: lambda fact: (fact or "") in values, "choices"
        ),
        "is_not": Operator(
            gettext_lazy("is none of"), lambda values: lambda fact: (fact or "") not in values, "choices"
        ),
        **EMPTY,
    },
    SEVERAL: {
        "any": Operator(
            gettext_lazy("have one of"), lambda values: lambda fact: bool(fact & set(values)), "choices"
        ),
        "all": Operator(
            gettext_lazy("have all of"), lambda values: lambda fact: set(values) <= fact, "choices"
        ),
        "none": Operator(
            gettext_lazy("have none of"), lambda values: lambda fact: not fact & set(values), "choices"
        ),
        **EMPTY,
    },
    NUMBER: {
        "equals": Operator(gettext_lazy("is"), _numbers(lambda one, other: one == other), "number"),
        "more": Operator(gettext_lazy("is more than"), _numbers(lambda one, other: one > other), "number"),
        "less": Operator(gettext_lazy("is less than"), _numbers(lambda one, other: one < other), "number"),
        "between": Operator(
            gettext_lazy("is between"),
            lambda two: lambda number: number is not None and two[0] <= number <= two[1],
            "two numbers",
        ),
        "empty": Operator(gettext_lazy("is empty"), lambda _value: lambda fact: fact is None),
    },
    CLOCK: {
        "before": Operator(gettext_lazy("is before"), lambda value: lambda clock: clock < value, "clock"),
        "after": Operator(gettext_lazy("is after"), lambda value: lambda clock: clock >= value, "clock"),
    },
    YES: {
        "yes": Operator(gettext_lazy("yes"), lambda _value: bool),
        "no": Operator(gettext_lazy("no"), lambda _value: lambda fact: not fact),
    },
}

OPERATORS[CHANGING] = {
    **OPERATORS[CHOICE],
    "changed": Operator(
        gettext_lazy("changed"), lambda _value: lambda pair: pair is not None, of_change=True
    ),
    "changed_from": Operator(gettext_lazy("changed from one of"), _changed(0), "choices", of_change=True),
    "changed_to": Operator(gettext_lazy("changed to one of"), _changed(1), "choices", of_change=True),
}


def compiled(tree: Tree) -> Holds:
    """The condition as a function. Raises Wrong for what can't be understood; an empty tree always holds.

    A group around it may have been added for a rule's inbox or team.
    """
    return _part(tree, "", -1) if tree else (lambda _facts: True)


def check(tree: Any) -> list[Wrong]:
    """What is wrong with it, everything at once; nothing for a good one."""
    if not isinstance(tree, dict):
        return [Wrong("", _("Conditions are a group: all, any or none."))]
    if not tree:
        return []
    wrong: list[Wrong] = []
    parts = _walk(tree, "", 0, wrong)
    if parts > MOST_PARTS:
        wrong.append(Wrong("", _("%(most)d conditions at most.") % {"most": MOST_PARTS}))
    return wrong


def explained(tree: Tree, facts: Facts) -> list[dict[str, Any]]:
    """Each part in the order it is read: its depth, what it says, and whether it holds."""
    return _explain(tree, facts, 0) if tree else []


def _part(node: Any, path: str, depth: int) -> Holds:
    group = _group_of(node, path, depth)
    if group is None:
        return _question(node, path)
    parts = [_part(one, f"{path}{group}.{number}.", depth + 1) for number, one in enumerate(node[group])]
    if group == "any" and not parts:
        return lambda _facts: True
    # Every rule asks at every message: a loop costs less than a generator. All ends with the first that does
    # not hold; any and none with the first that does.
    ends_at, then = group != "all", group == "any"

    def holds(facts: Facts) -> bool:
        for part in parts:
            if part(facts) is ends_at:
                return then
        return not then

    return holds


def _group_of(node: Any, path: str, depth: int) -> str | None:
    """The kind of the group that `node` is; None for a single question."""
    if not isinstance(node, dict):
        raise Wrong(path, _("This is no condition."))
    found = [name for name in GROUPS if name in node]
    if not found:
        return None
    if len(found) > 1 or len(node) > 1 or not isinstance(node[found[0]], list):
        raise Wrong(path, _("A group is one list: all, any or none."))
    if depth >= DEEPEST:
        raise Wrong(path, _("Groups are %(most)d deep at most.") % {"most": DEEPEST})
    return found[0]


def named_in(node: Tree) -> str:
    """Which of many values a question is about, as names of attributes are kept; empty for none."""
    of = node.get("of")
    return " ".join(of.split()) if isinstance(of, str) else ""


def _question(node: Tree, path: str) -> Holds:
    name = node.get("field")
    if not isinstance(name, str) or name not in FIELDS:
        raise Wrong(path, _("Choose what is asked about."))
    field = FIELDS[name]
    operator = OPERATORS[field.kind].get(str(node.get("op")))
    if operator is None:
        raise Wrong(path, _("Choose how it is compared."))
    of = named_in(node) if field.named else ""
    if field.named and not 0 < len(of) <= LONGEST_NAME:
        raise Wrong(path, _("Say which one."))
    compare = _compare(operator, node.get("value"), path)
    if operator.of_change:
        return lambda facts: compare(facts.change_of(name))
    if of:
        return lambda facts: compare(facts.get(name, of))
    return lambda facts: compare(facts.get(name))


def _compare(operator: Operator, value: Any, path: str) -> Callable[[Any], bool]:
    if operator.needs in {"text", "regex"}:
        return _of_text(operator, value, path)
    if operator.needs == "number":
        return operator.make(_number(value, path))
    if operator.needs == "clock":
        if not isinstance(value, str) or not CLOCKS.fullmatch(value):
            raise Wrong(path, _("A time like 09:30 is needed here."))
        return operator.make(value)
    if operator.needs == "two numbers":
        if not isinstance(value, list) or len(value) != 2:
            raise Wrong(path, _("Two numbers are needed here."))
        return operator.make([_number(one, path) for one in value])
    if operator.needs == "choices":
        if not isinstance(value, list) or not value:
            raise Wrong(path, _("Choose at least one."))
        return operator.make([str(one) for one in value])
    return operator.make(None)


def _of_text(operator: Operator, value: Any, path: str) -> Callable[[Any], bool]:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(path, _("Words are needed here."))
    if len(value) > LONGEST_VALUE:
        raise Wrong(path, _("%(most)d characters at most.") % {"most": LONGEST_VALUE})
    try:
        return operator.make(value)
    except re2.error as error:
        said = error.args[0]
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        words = _("This expression can’t be understood: %(error)s")
        raise Wrong(path, words % {"error": said}) from error


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong(path, _("A number is needed here."))
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Wrong(path, _("A number is needed here.")) from None
    if not abs(number) < 1e18:
        raise Wrong(path, _("A number is needed here."))
    return number


def _walk(node: Any, path: str, depth: int, wrong: list[Wrong]) -> int:
    """Adds what is wrong; how many questions there are."""
    try:
        group = _group_of(node, path, depth)
        if group is None:
            _question(node, path)
            return 1
    except Wrong as error:
        wrong.append(error)
        return 1
    return sum(
        _walk(one, f"{path}{group}.{number}.", depth + 1, wrong) for number, one in enumerate(node[group])
    )


def _explain(node: Tree, facts: Facts, depth: int) -> list[dict[str, Any]]:
    group = _group_of(node, "", depth - 1)
    holds = _part(node, "", depth - 1)(facts)
    if group is None:
        name = node["field"]
        fact = facts.get(name, named_in(node)) if FIELDS[name].named else facts.get(name)
        return [{"depth": depth, "node": node, "group": "", "holds": holds, "fact": fact}]
    below = [line for one in node[group] for line in _explain(one, facts, depth + 1)]
    return [{"depth": depth, "node": None, "group": group, "holds": holds, "fact": None}, *below]
