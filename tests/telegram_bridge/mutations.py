"""Updates broken at random, and for one seed always in the same way."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from tests.telegram_bridge.every_update import CONTENT, UPDATE_KINDS, Builder, Json, as_private

FIRST_UPDATE = 500_000_000
FIRST_CLIENT = 7_200_000_000

WRONG: list[Any] = [None, True, -1, 0, 1.5, "x", "", [], {}, [[]], [None], {"a": {"b": 1}}]
NUMBERS = [2**31, 2**63 - 1, 2**63, 2**64, -(2**63), -1, 10**30, 1e308, float("nan"), float("inf")]
MARKS = [
    "\x00", "\ud83d", "\udc00", "\u202e", "\u2066", "\u200b\u200d\ufeff", "\u0300" * 50, "\x1b[31m", "\uffff",
    "{{ x }}", "<script>", "../../../etc/passwd", "%s %(x)s",
]  # fmt: skip
DEEP = 250  # levels; Python gives up at 1,000, and there may be three of these
LONG = 1_000_000  # characters
UNREADABLE, VERY_LONG, TWICE = 0.02, 0.005, 0.02  # shares of all

Place = tuple[Any, Any]  # what holds a value, and under which key


def base(random: Random) -> list[str]:
    """One update of every kind, and one message with each content, as JSON."""
    builder = Builder(random)
    messages = ("message", "edited_message")
    updates = [builder.update(kind) for kind in UPDATE_KINDS if kind not in messages]
    updates += [builder.update(kind, name) for kind in messages for name in CONTENT]
    return [json.dumps(update) for update in updates]


def mutated(random: Random, count: int, *, clients: int) -> Iterator[bytes]:
    """`count` updates, each as the bytes that getUpdates brings; a few are no JSON, a few come twice."""
    kinds = base(random)
    before = b""
    for number in range(count):
        if before and random.random() < TWICE:
            yield before
            continue
        client = FIRST_CLIENT + random.randrange(clients)
        update: Json = {"update_id": 0}  # first, as Telegram sends it
        update |= as_private(
            json.loads(random.choice(kinds)), update_id=FIRST_UPDATE + number, client_id=client
        )
        for _ in range(random.randint(1, 3)):
            random.choice(MUTATIONS)(random, update)
        if isinstance(body := update.get("message"), dict) and random.random() < VERY_LONG:
            body["text"] = "very long " * (LONG // 10)
        before = json.dumps(update).encode()
        if random.random() < UNREADABLE:
            before = _unreadable(random, before)
        yield before


def _unreadable(random: Random, body: bytes) -> bytes:
    """Cut off somewhere after its number, with an end that is no end."""
    at = random.randrange(min(40, len(body)), len(body) + 1)
    return body[:at] + random.choice([b"\xff\xfe", b"}}}}", b"\x00", b"]", b'"\xd8\x3d'])


def _places(value: Any) -> list[Place]:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    found: list[Place] = []
    for key, inner in pairs:
        found.append((value, key))
        found += _places(inner)
    return found


def _place(random: Random, update: Json, of: type | tuple[type, ...] = object) -> Place:
    """Any place inside the update that holds such a value; the number only seldom."""
    found = [(holder, key) for holder, key in _places(update) if isinstance(holder[key], of)]
    if random.random() < 0.98:
        found = [(holder, key) for holder, key in found if key != "update_id"]
    return random.choice(found) if found else ({"": ""}, "")


def _drop(random: Random, update: Json) -> None:
    holder, key = _place(random, update)
    del holder[key]


def _wrong_type(random: Random, update: Json) -> None:
    holder, key = _place(random, update)
    holder[key] = deepcopy(random.choice(WRONG))


def _number(random: Random, update: Json) -> None:
    holder, key = _place(random, update, (int, float))
    holder[key] = random.choice(NUMBERS)


def _text(random: Random, update: Json) -> None:
    holder, key = _place(random, update, str)
    before, mark = str(holder[key]), random.choice(MARKS)
    holder[key] = random.choice([mark, mark + before, before + mark, mark * 100])


def _entities(random: Random, update: Json) -> None:
    body = next((value for value in update.values() if isinstance(value, dict)), update)
    kinds = ["bold", "text_link", "custom_emoji", "pre", "of_2031", "", None, 5]
    body["entities"] = [
        {
            "type": random.choice(kinds),
            "offset": random.choice([-5, 0, 3, 10_000, 2**40, 10**30, "2", None]),
            "length": random.choice([-1, 0, 1, 10_000, 2**40, 10**30, "2", None]),
        }
        for _ in range(random.randint(1, 20))
    ]


def _deep(random: Random, update: Json) -> None:
    holder, key = _place(random, update)
    value: Any = holder[key]
    for _ in range(DEEP):
        value = [value] if random.random() < 0.5 else {"in": value}
    holder[key] = value


def _doubled(random: Random, update: Json) -> None:
    holder, key = _place(random, update, list)
    holder[key] = holder[key] * 20 if isinstance(holder[key], list) else holder[key]


def _unknown(random: Random, update: Json) -> None:
    holder, key = _place(random, update, dict)
    if isinstance(holder[key], dict):
        holder[key] = {"something_of_2031": {"depth": 3}, **holder[key], "\x00": ["\ud83d"]}


def _same_message(random: Random, update: Json) -> None:
    """The number of another message of the chat."""
    body = next((value for value in update.values() if isinstance(value, dict)), update)
    body["message_id"] = random.randint(1, 20)


MUTATIONS: list[Callable[[Random, Json], None]] = [
    _drop, _wrong_type, _number, _text, _entities, _deep, _doubled, _unknown, _same_message,
]  # fmt: skip
