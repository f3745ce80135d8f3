"""The language of conditions: each operator on each type, groups, and whatever somebody may write."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import action_checks, language
from rules.facts import CHANGING, CHOICE, CLOCK, FIELDS, NUMBER, SEVERAL, TEXT, YES

OF_KIND = {
    TEXT: "text",
    CHOICE: "weekday",
    CHANGING: "priority",
    NUMBER: "age",
    YES: "has_file",
    SEVERAL: "tags",
    CLOCK: "time",
}


class Known:
    """Facts that are what a test says."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts

    def get(self, name: str, of: str = "") -> Any:
        return self.facts[name].get(of, "") if of else self.facts[name]

    def change_of(self, name: str) -> Any:
        return self.facts[name]


def holds(tree: Any, **facts: Any) -> bool:
    return language.compiled(tree)(Known(**facts))  # type: ignore[arg-type]  # facts of a test


TABLE: list[tuple[str, str, Any, Any, bool]] = [
    (TEXT, "contains", "Refund", "I want a REFUND now", True),
    (TEXT, "contains", "елка", "Ёлка", True),
    (TEXT, "contains", "refund", "no", False),
    (TEXT, "not_contains", "refund", "no", True),
    (TEXT, "not_contains", "refund", "Refund", False),
    (TEXT, "word", "help", "help!", True),
    (TEXT, "word", "help", "helpless", False),
    (TEXT, "word", "счёт", "Где счет?", True),
    (TEXT, "is", " yes ", "YES", True),
    (TEXT, "is", "yes", "yes please", False),
    (TEXT, "is_not", "yes", "no", True),
    (TEXT, "is_not", "yes", "Yes", False),
    (TEXT, "begins", "order", "Order 12", True),
    (TEXT, "begins", "order", "my order", False),
    (TEXT, "ends", "?", "where?", True),
    (TEXT, "ends", "?", "here", False),
    (TEXT, "matches", r"order\s+\d{3,}", "My Order  4021", True),
    (TEXT, "matches", r"^\d+$", "12a", False),
    (TEXT, "empty", None, "", True),
    (TEXT, "empty", None, "x", False),
    (TEXT, "not_empty", None, "x", True),
    (TEXT, "not_empty", None, "", False),
    (CHOICE, "is", ["3", 4], "4", True),
    (CHOICE, "is", ["3"], None, False),
    (CHOICE, "is_not", ["3"], None, True),
    (CHOICE, "is_not", ["3"], "3", False),
    (CHOICE, "empty", None, None, True),
    (CHOICE, "not_empty", None, "3", True),
    (SEVERAL, "any", ["1", "2"], {"2"}, True),
    (SEVERAL, "any", ["1"], {"2"}, False),
    (SEVERAL, "all", ["1", "2"], {"1", "2", "3"}, True),
    (SEVERAL, "all", ["1", "2"], {"1"}, False),
    (SEVERAL, "none", ["1"], {"2"}, True),
    (SEVERAL, "none", ["1"], {"1"}, False),
    (SEVERAL, "empty", None, set(), True),
    (SEVERAL, "not_empty", None, {"1"}, True),
    (NUMBER, "equals", 5, 5.0, True),
    (NUMBER, "equals", "5", 6, False),
    (NUMBER, "more", 5, 5.1, True),
    (NUMBER, "more", 5, None, False),
    (NUMBER, "less", 5, 4, True),
    (NUMBER, "less", 5, None, False),
    (NUMBER, "between", [1, 3], 3, True),
    (NUMBER, "between", [1, 3], 3.5, False),
    (NUMBER, "empty", None, None, True),
    (NUMBER, "empty", None, 0, False),
    (CHANGING, "is", ["3"], "3", True),
    (CHANGING, "is_not", ["3"], "3", False),
    (CHANGING, "empty", None, None, True),
    (CHANGING, "not_empty", None, None, False),
    (CHANGING, "changed", None, ("1", "2"), True),
    (CHANGING, "changed", None, None, False),
    (CHANGING, "changed_from", ["1"], ("1", "2"), True),
    (CHANGING, "changed_from", ["1"], (None, "1"), False),
    (CHANGING, "changed_from", ["1"], None, False),
    (CHANGING, "changed_to", [2], ("1", "2"), True),
    (CHANGING, "changed_to", ["1"], ("1", "2"), False),
    (CHANGING, "changed_to", ["1"], None, False),
    (CLOCK, "before", "09:30", "09:29", True),
    (CLOCK, "before", "09:30", "09:30", False),
    (CLOCK, "after", "09:30", "09:30", True),
    (CLOCK, "after", "09:30", "09:29", False),
    (YES, "yes", None, True, True),
    (YES, "yes", None, False, False),
    (YES, "no", None, False, True),
    (YES, "no", None, True, False),
]


@pytest.mark.parametrize(("kind", "op", "value", "fact", "wanted"), TABLE)
def test_each_operator(kind: str, op: str, value: Any, fact: Any, wanted: bool) -> None:
    name = OF_KIND[kind]
    assert holds({"field": name, "op": op, "value": value}, **{name: fact}) is wanted


def test_the_table_has_every_operator_of_every_type() -> None:
    there = {(kind, op) for kind, operators in language.OPERATORS.items() for op in operators}
    assert {(row[0], row[1]) for row in TABLE} == there
    assert {field.kind for field in FIELDS.values()} == set(OF_KIND)


YES_NODE: dict[str, Any] = {"field": "has_file", "op": "yes"}
NO_NODE: dict[str, Any] = {"field": "has_file", "op": "no"}


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ({}, True),
        ({"all": []}, True),
        ({"any": []}, True),
        ({"none": []}, True),
        ({"all": [YES_NODE, YES_NODE]}, True),
        ({"all": [YES_NODE, NO_NODE]}, False),
        ({"any": [NO_NODE, YES_NODE]}, True),
        ({"any": [NO_NODE, NO_NODE]}, False),
        ({"none": [NO_NODE]}, True),
        ({"none": [NO_NODE, YES_NODE]}, False),
        ({"all": [{"any": [NO_NODE, YES_NODE]}, {"none": [{"all": [NO_NODE, YES_NODE]}]}]}, True),
    ],
)
def test_groups(tree: dict[str, Any], wanted: bool) -> None:
    assert holds(tree, has_file=True) is wanted
    assert language.check(tree) == []


@pytest.mark.parametrize(
    ("tree", "path", "words"),
    [
        ([], "", "Conditions are a group"),
        ({"all": [{}]}, "all.0.", "what is asked about"),
        ({"all": [YES_NODE, {"field": "nonsense", "op": "is"}]}, "all.1.", "what is asked about"),
        ({"all": [{"field": "text", "op": "more"}]}, "all.0.", "how it is compared"),
        ({"any": [{"field": "text", "op": "contains", "value": " "}]}, "any.0.", "Words are needed"),
        ({"any": [{"field": "text", "op": "contains", "value": "x" * 1001}]}, "any.0.", "1000 characters"),
        ({"all": [{"field": "text", "op": "matches", "value": "("}]}, "all.0.", "missing )"),
        ({"all": [{"field": "text", "op": "matches", "value": "(a{1000}){1000}"}]}, "all.0.", "can’t be"),
        ({"all": [{"field": "age", "op": "more", "value": "soon"}]}, "all.0.", "A number is needed"),
        ({"all": [{"field": "age", "op": "more", "value": float("inf")}]}, "all.0.", "A number is needed"),
        ({"all": [{"field": "age", "op": "between", "value": [1]}]}, "all.0.", "Two numbers"),
        ({"all": [{"field": "status", "op": "is", "value": []}]}, "all.0.", "at least one"),
        ({"all": [{"field": "time", "op": "after", "value": "9:5"}]}, "all.0.", "A time like 09:30"),
        ({"all": [{"field": "time", "op": "after", "value": ["09:00"]}]}, "all.0.", "A time like 09:30"),
        ({"all": [{"field": "client_attribute", "op": "empty"}]}, "all.0.", "which one"),
        ({"all": [{"field": "client_attribute", "of": 5, "op": "empty"}]}, "all.0.", "which one"),
        ({"all": "x"}, "", "one list"),
        ({"all": [], "any": []}, "", "one list"),
        ({"all": [{"all": [{"all": [{"all": [{"all": []}]}]}]}]}, "all.0.all.0.all.0.all.0.", "deep at most"),
        ({"all": [YES_NODE] * 61}, "", "60 conditions at most"),
        ({"all": [5]}, "all.0.", "no condition"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_where(tree: Any, path: str, words: str) -> None:
    wrong = language.check(tree)
    assert [one.path for one in wrong] == [path]
    assert words in wrong[0].words


def test_no_expression_hangs_the_desk() -> None:
    began = time.process_time()
    text = "a" * 50_000
    assert not holds({"field": "text", "op": "matches", "value": "(a+)+$b"}, text=text)
    assert not holds({"field": "text", "op": "matches", "value": "(a|aa)+c"}, text=text)
    assert time.process_time() - began < 1


NAMES = st.sampled_from(["all", "any", "none", "field", "op", "value", "x"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_whatever_it_is_it_is_checked_and_then_compiles_or_not(tree: Any) -> None:
    wrong = language.check(tree)
    if wrong:
        assert all(one.words for one in wrong)
    elif tree:
        language.compiled(tree)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_whatever_actions_are_they_are_checked(value: Any) -> None:
    for words in (words for _path, words in action_checks.check(value)):
        assert words


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(min_size=1, max_size=20).filter(str.strip))
def test_containing_and_not_containing_are_opposites(text: str, part: str) -> None:
    node = {"field": "text", "value": part}
    without = holds({**node, "op": "not_contains"}, text=text)
    assert holds({**node, "op": "contains"}, text=text) is not without
    assert holds({"none": [{**node, "op": "contains"}]}, text=text) is without


def test_an_attribute_is_asked_for_by_its_name() -> None:
    asked = {"field": "client_attribute", "of": "Plan", "op": "is", "value": "gold"}
    assert holds(asked, client_attribute={"Plan": "Gold"})
    assert not holds(asked, client_attribute={"Order": "gold"})
    assert holds({**asked, "op": "empty"}, client_attribute={})
