"""Long texts in pieces: nothing lost, nothing too long, cut where a reader would cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_bridge.splitting import split
from tickets.utf16 import units

LIMIT = 40
texts = st.text(st.sampled_from("aя 😀.\n!🇩ё"), max_size=400)


@given(texts)
def test_no_piece_is_too_long_or_blank_and_nothing_but_blank_is_lost(text: str) -> None:
    pieces = split(text, limit=LIMIT)
    assert all(0 < units(piece.text) <= LIMIT and piece.text.strip() for piece in pieces)
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(text.split())


@given(texts)
def test_the_length_is_counted_as_telegram_counts_it(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2


@given(texts, st.data())
def test_entities_stay_on_their_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    bold = {"type": "bold", "offset": units(text[:start]), "length": units(text[start:end])}
    marked = ""
    for piece in split(text, limit=LIMIT, entities=[bold]):
        raw = piece.text.encode("utf-16-le")
        for entity in piece.entities:
            cut = raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
            marked += cut.decode("utf-16-le")
    assert "".join(marked.split()) == "".join(text[start:end].split())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One paragraph here.\n\nAnother one that goes on.", "One paragraph here.\n\n"),
        ("A line of some words\nand another line of words", "A line of some words\n"),
        ("A sentence of words. And another one of words", "A sentence of words. "),
        ("words and words and words and words and words", "words and words and words and words and "),
        ("x" * 50, "x" * 40),
        ("😀" * 30, "😀" * 20),
    ],
)
def test_it_is_cut_at_the_best_place_that_leaves_the_piece_well_filled(text: str, first: str) -> None:
    assert split(text, limit=LIMIT)[0].text == first


def test_a_short_text_is_one_piece_and_an_empty_one_none() -> None:
    assert [piece.text for piece in split("Hello", limit=LIMIT)] == ["Hello"]
    assert split("", limit=LIMIT) == []
