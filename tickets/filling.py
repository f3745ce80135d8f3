"""Markup with variables as a message: the marks are read first, so that no value can ever be one of them."""

from collections.abc import Mapping
from urllib.parse import quote

from tickets.canned import VARIABLE
from tickets.entity_nesting import Entities, Span, entities_of, spans_of
from tickets.markup import parse

# Where a variable began and ended, and where its value does: in characters.
Place = tuple[int, int, int, int]


def tight(markup: str) -> str:
    """`markup` without the spaces in its variables: an address has none."""
    return VARIABLE.sub(r"{{\1}}", markup)


def filled_address(address: str, values: Mapping[str, str]) -> str:
    """A web address with the variables' values, which can't break out of their place in it."""
    return VARIABLE.sub(
        lambda found: quote(values[found[1]], safe="") if found[1] in values else found[0], address
    )


def formatted(markup: str, values: Mapping[str, str]) -> tuple[str, Entities]:
    """The text that `markup` stands for, with the variables' values in it, and its entities.

    A variable that there is not stays as it is written.
    """
    text, entities = parse(tight(markup.strip()))
    said, places = _filled(text, values)
    said = said.rstrip()  # a value may be empty
    spans = []
    for span in spans_of(text, entities):
        start = _moved(span.start, places, ending=False)
        end = min(_moved(span.end, places, ending=True), len(said))
        more = filled_address(span.more, values) if span.kind == "text_link" else span.more
        if start < end:
            spans.append(Span(start, end, span.kind, more))
    return said, entities_of(said, spans)


def _filled(text: str, values: Mapping[str, str]) -> tuple[str, list[Place]]:
    parts: list[str] = []
    places: list[Place] = []
    position, length = 0, 0
    for found in VARIABLE.finditer(text):
        value = values.get(found[1], found[0])
        begin = length + found.start() - position
        parts += [text[position : found.start()], value]
        position, length = found.end(), begin + len(value)
        places.append((found.start(), position, begin, length))
    return "".join([*parts, text[position:]]), places


def _moved(place: int, places: list[Place], *, ending: bool) -> int:
    """Where `place` is in the filled text; within a variable it is where the value ends, or begins."""
    shift = 0
    for start, end, new_start, new_end in places:
        if place <= start:
            break
        if place < end:
            return new_end if ending else new_start
        shift = new_end - end
    return place + shift
