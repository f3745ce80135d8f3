"""Markup with variables: no value is ever a mark, and every mark stays where it was."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.entity_nesting import spans_of
from tickets.filling import filled_address, formatted, tight


def marked(markup: str, **values: str) -> tuple[str, list[tuple[str, str]]]:
    """The text, and of each entity its kind and the words that it is about."""
    text, entities = formatted(markup, {name.replace("_", "."): value for name, value in values.items()})
    return text, [(span.kind, text[span.start : span.end]) for span in spans_of(text, entities)]


@pytest.mark.parametrize(
    ("markup", "name", "text", "marks"),
    [
        ("Hi {{ x.name }}", "*x* **y** __z__", "Hi *x* **y** __z__", []),
        ("Hi {{x.name}}", "[a](http://b)", "Hi [a](http://b)", []),
        ("{{ x.name }} hi", "> quoted", "> quoted hi", []),
        ("a **{{ x.name }}** b", "**", "a ** b", [("bold", "**")]),
        ("**{{ x.name }}**, and __you__", "Ann", "Ann, and you", [("bold", "Ann"), ("italic", "you")]),
        ("{{ x.name }} **end**", "😀😀", "😀😀 end", [("bold", "end")]),
        ("**a {{ x.name }} b** __c__", "Maria", "a Maria b c", [("bold", "a Maria b"), ("italic", "c")]),
        ("{{ x.name }}**b**", "", "b", [("bold", "b")]),
        ("b **{{ x.name }}**", "", "b", []),
        ("`{{ x.name }}`", "`**", "`**", [("code", "`**")]),
        ("{{ x.na**me }} b**", "Ann", "Ann b", [("bold", "Ann b")]),
        ("{{ x.name }}", "{{ x.name }} {{ y }}", "{{ x.name }} {{ y }}", []),
        ("{{ gone }} **b**", "Ann", "{{gone}} b", [("bold", "b")]),
    ],
)
def test_the_marks_are_read_before_the_values(
    markup: str, name: str, text: str, marks: list[tuple[str, str]]
) -> None:
    assert marked(markup, x_name=name) == (text, marks)


def test_a_value_stays_in_its_place_in_an_address() -> None:
    values = {"n": "1&admin=1#/../ ü"}
    text, entities = formatted("[here](https://example.com/?q={{ n }}&x=1)", values)
    address = "https://example.com/?q=1%26admin%3D1%23%2F..%2F%20%C3%BC&x=1"
    assert (text, [one["url"] for one in entities]) == ("here", [address])
    assert filled_address("https://example.com/{{m}}", values) == "https://example.com/{{m}}"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="a *_~|`[]()>\n\\😀", max_size=30), st.text(max_size=20))
def test_whatever_a_client_is_called_the_text_has_as_many_marks_as_without(around: str, name: str) -> None:
    def kinds(value: str) -> list[Any]:
        return [one["type"] for one in formatted(f"{around}{{{{ n }}}}**b**", {"n": value})[1]]

    assert kinds(f"x{name}x") == kinds("x")
    assert tight("{{ n }} {{  m.o  }}{ {") == "{{n}} {{m.o}}{ {"
