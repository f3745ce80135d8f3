"""How entities may lie within each other; what may not is cut or left out, as the real server does.

https://core.telegram.org/bots/api#formatting-options and `fix_entities` in TDLib's MessageEntity.cpp.
"""

from typing import Any

Entity = dict[str, Any]
STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")  # lie within anything but code
QUOTES = {"blockquote", "expandable_blockquote"}  # hold anything but each other
CODE = {"code", "pre"}  # hold nothing


def nested(entities: list[Entity]) -> list[Entity]:
    """Sorted, the outer before the inner, none crossing another one."""
    whole: list[Entity] = []
    quotes: list[Entity] = []
    styles: list[Entity] = []
    for entity in sorted(entities, key=_order):
        kind = entity["type"]
        if kind in STYLES:
            styles.append(entity)
        elif kind in QUOTES:
            if not any(_meet(entity, other) for other in quotes):
                quotes.append(entity)
        elif not any(_meet(entity, other) for other in whole):
            whole.append(entity)
    whole = [entity for entity in whole if not any(_cross(entity, quote) for quote in quotes)]
    fixed = whole + quotes
    code = [entity for entity in whole if entity["type"] in CODE]
    for style in _joined(styles):
        pieces = [style]
        for other in code:
            pieces = [left for piece in pieces for left in _without(piece, other)]
        for other in list(fixed):
            pieces = [part for piece in pieces for part in _split(piece, other)]
        fixed += pieces
    return sorted(fixed, key=_order)


def _order(entity: Entity) -> tuple[int, int, bool]:
    return (entity["offset"], -entity["length"], entity["type"] not in QUOTES)


def _end(entity: Entity) -> int:
    return int(entity["offset"] + entity["length"])


def _meet(one: Entity, other: Entity) -> bool:
    return bool(one["offset"] < _end(other) and other["offset"] < _end(one))


def _cross(one: Entity, other: Entity) -> bool:
    """They meet, and neither holds the other."""
    first, second = sorted((one, other), key=_order)
    return _meet(one, other) and _end(second) > _end(first)


def _piece(entity: Entity, begin: int, end: int) -> list[Entity]:
    return [entity | {"offset": begin, "length": end - begin}] if begin < end else []


def _without(entity: Entity, other: Entity) -> list[Entity]:
    """What of the entity lies outside of the other."""
    if not _meet(entity, other):
        return [entity]
    before = _piece(entity, entity["offset"], min(_end(entity), other["offset"]))
    return before + _piece(entity, max(entity["offset"], _end(other)), _end(entity))


def _split(entity: Entity, other: Entity) -> list[Entity]:
    """Two entities where it crosses the border of the other."""
    if not _cross(entity, other):
        return [entity]
    border = _end(other) if other["offset"] <= entity["offset"] else int(other["offset"])
    return _piece(entity, entity["offset"], border) + _piece(entity, border, _end(entity))


def _joined(styles: list[Entity]) -> list[Entity]:
    """Entities of one style that touch or overlap are one."""
    made: list[Entity] = []
    for kind in STYLES:
        last: Entity | None = None
        for entity in styles:
            if entity["type"] != kind:
                continue
            if last and entity["offset"] <= _end(last):
                last["length"] = max(_end(last), _end(entity)) - last["offset"]
            else:
                last = dict(entity)
                made.append(last)
    return sorted(made, key=_order)
