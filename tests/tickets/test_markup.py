"""What staff type to format a message: the same on both sides, and back again for editing."""

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tickets.entity_nesting import ORDER, entities_of, nested, spans_of
from tickets.markup import parse
from tickets.markup_writing import write
from tickets.sendable import LONGEST_REPLY

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=60)
MARKS = [
    "**",
    "__",
    "^^",
    "~~",
    "||",
    "`",
    "``",
    "```",
    "\n",
    "> ",
    ">",
    "\\",
    "[",
    "](https://x.y/)",
    "*",
    "_",
]
WORDS = ["a", "b c", " ", "😀", "https://x.y/a__b__c", "C++", "(", ")", "py\n", "|"]
markups = st.lists(st.one_of(st.sampled_from(MARKS + WORDS), texts), max_size=24).map("".join)


@st.composite
def formatted(draw: Any) -> Any:
    text = draw(markups)
    entity = st.fixed_dictionaries(
        {
            "type": st.sampled_from(ORDER),
            "offset": st.integers(0, max(len(text), 1)),
            "length": st.integers(1, 12),
        },
        optional={
            "url": st.sampled_from(["https://x.y/(1)", "tg://user?id=1", "javascript:x", "http://a/)"])
        },
    )
    return text, draw(st.lists(entity, max_size=6))


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("**bold** and __it__", "bold and it", [entity("bold", 0, 4), entity("italic", 9, 2)]),
        ("^^u^^ ~~s~~ ||x||", "u s x", [
            entity("underline", 0, 1), entity("strikethrough", 2, 1), entity("spoiler", 4, 1)]),
        ("😀 **😀**", "😀 😀", [entity("bold", 3, 2)]),
        ("un**believ**able", "unbelievable", [entity("bold", 2, 6)]),
        ("**a __b** c__", "a __b c__", [entity("bold", 0, 5)]),
        ("**a __b__ c**", "a b c", [entity("bold", 0, 5), entity("italic", 2, 1)]),
        ("`x = **y**` z", "x = **y** z", [entity("code", 0, 9)]),
        ("``a`b``", "a`b", [entity("code", 0, 3)]),
        ("```python\nprint()\n```", "print()", [entity("pre", 0, 7, language="python")]),
        ("see\n```\na\n\n```\nthere", "see\na\n\nthere", [entity("pre", 4, 2)]),
        ("[site](https://x.y/?a=(1))!", "site!", [entity("text_link", 0, 4, url="https://x.y/?a=(1)")]),
        ("[**b**](tg://user?id=1)", "b", [
            entity("text_link", 0, 1, url="tg://user?id=1"), entity("bold", 0, 1)]),
        ("> one\n> **two**\nthree", "one\ntwo\nthree", [entity("blockquote", 0, 7), entity("bold", 4, 3)]),
        ("> > x", "> x", [entity("blockquote", 0, 3)]),
        ("**a `b` c**", "a b c", [entity("bold", 0, 1), entity("code", 2, 1), entity("bold", 4, 1)]),
        (r"\**not bold** \> x", r"**not bold** \> x", []),
        ("\\> no quote", "> no quote", []),
        ("https://x.y/a__b__c **b**", "https://x.y/a__b__c b", [entity("bold", 20, 1)]),
        ("**https://x.y/a_b**.", "https://x.y/a_b.", [entity("bold", 0, 15)]),
    ],
)  # fmt: skip
def test_marks_become_entities_and_entities_marks(markup: str, text: str, entities: Any) -> None:
    assert parse(markup) == (text, entities)
    assert parse(write(text, entities)) == (text, entities)


@pytest.mark.parametrize(
    "text",
    [
        "2 ** 3 ** 4", "a || b || c", "C++17, C++20", r"\\server\share C:\new ¯\_(ツ)_/¯", "**half",
        "[1](2) [x](javascript:alert(1)) array[0](x)", "x > y", "****", "don`t", "snake_case_name *one* ~x~",
        ">", "a ** b**", "``` ```", "[a\nb](https://x.y)", "https://x.y/__a__/**b**x",
    ],
)  # fmt: skip
def test_text_that_only_looks_like_marks_stays_as_it_was_typed(text: str) -> None:
    assert parse(text) == (text, [])


@given(st.text(alphabet=st.characters(exclude_characters="*_^~|`[]>"), max_size=200))
def test_a_text_without_marks_is_unchanged(text: str) -> None:
    assert parse(text) == (text, [])


@pytest.mark.parametrize("piece", ["**a** ", "> **a**\n\n", "[a](tg://b) ", "`a` ", "**a __b** c__ ", "[a "])
def test_the_longest_text_full_of_marks_is_read_at_once(piece: str) -> None:
    began = time.process_time()
    parse(piece * (LONGEST_REPLY // len(piece)))
    assert time.process_time() - began < 2


@given(markups)
def test_whatever_is_typed_is_read_and_can_be_edited_as_it_is(markup: str) -> None:
    text, entities = parse(markup)

    assert parse(write(text, entities)) == (text, entities)


@given(formatted())
def test_any_formatted_text_is_edited_without_a_change_of_its_words(said: Any) -> None:
    text, entities = said

    assert parse(write(text, entities))[0] == text


BLANK_AT_AN_END = [
    {"type": "blockquote", "offset": 0, "length": 1},
    {"type": "bold", "offset": 0, "length": 3},
    {"type": "bold", "offset": 17, "length": 2},
    {"type": "italic", "offset": 6, "length": 12},
]


@example(("](https://x.y/)0 00", BLANK_AT_AN_END))
@given(formatted())
def test_entities_are_nested_as_telegram_allows(said: Any) -> None:
    text, entities = said
    spans = nested(text, spans_of(text, entities))

    for number, outer in enumerate(spans):
        assert 0 <= outer.start < outer.end <= len(text)
        for inner in spans[number + 1 :]:
            assert not outer.crosses(inner)
            if outer.overlaps(inner):
                assert outer.kind not in {"code", "pre"}
                assert (outer.kind, inner.kind) != ("text_link", "code")
                assert {outer.kind, inner.kind} != {"blockquote"}
                assert outer.kind in {"blockquote", "text_link"} or inner.kind not in {
                    "code",
                    "pre",
                    "blockquote",
                }
    assert nested(text, spans_of(text, entities_of(text, spans))) == spans
