"""Updates of every kind, built at random from what python-telegram-bot's own types are annotated with.

A new version of the library that knows a new kind brings it here by itself. All choices come from one
`random.Random`, so that hypothesis can make them (`st.randoms()`), or a seed.
"""

import functools
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

import telegram
from telegram.constants import MessageEntityType

Json = dict[str, Any]

DEEPEST = 4  # an update with its message is the first two
SECOND = timedelta(seconds=1)
SINCE, UNTIL = datetime(2013, 8, 14, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
WORDS = [
    "Hello", "Привет, мир", "שלום", "مرحبا بالعالم", "😀👨‍👩‍👧‍👦", "a" * 300, "line\nline", "x",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "e\u0301 ñ",    "<b>&amp;\"'", "\u202eright to left", "\u200b", " ", "", "../../etc/passwd", "https://example.com/?a=b&c",
]  # fmt: skip
# Telegram promises that these are not empty.
NEVER_EMPTY = ("first_name", "currency", "emoji", "phone_number", "status", "source", "reason")
# Texts that are one of a few.
ONE_OF = {
    ("Chat", "type"): ["private", "group", "supergroup", "channel"],
    ("Sticker", "type"): ["regular", "mask", "custom_emoji"],
    ("Poll", "type"): ["regular", "quiz"],
}
# What a constructor takes, though Telegram never sends it.
NOT_SENT = {"api_kwargs", "filename", "correct_option_id"}
# Fields that came with a later Bot API have a default and are required all the same.
REQUIRED = re.compile(r"`(\w+)` is (?:a )?required")


@functools.cache
def _names() -> Json:
    """Whatever an annotation may name: some are imported for type checkers only."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "telegram"]
    return {name: value for module in modules for name, value in vars(module).items() if name[0] != "_"}


@functools.cache
def fields_of(cls: Any) -> dict[str, tuple[Any, bool]]:
    """What the constructor takes, each with its type and whether it is required."""
    own = vars(sys.modules[cls.__module__])
    hints = typing.get_type_hints(cls.__init__, globalns=_names() | own)
    return {
        name: (hints.get(name, str), parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(cls).parameters.items()
        if name not in NOT_SENT and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


@functools.cache
def kinds_of(cls: Any) -> list[Any]:
    """The types that stand for an abstract one: ChatMember is one of its six."""
    known = [sub for sub in cls.__subclasses__() if sub.__module__.startswith("telegram.")]
    if cls is telegram.Message or not known:
        return [cls]
    own = {"type", "status", "source"} & set(fields_of(cls))
    found = [one for sub in known for one in kinds_of(sub)]
    return found if own or cls is telegram.MaybeInaccessibleMessage else [cls]


UPDATE_KINDS = [name for name in fields_of(telegram.Update) if name != "update_id"]
# What comes beside a message's content.
EXTRAS = {
    "caption", "caption_entities", "entities", "reply_to_message", "external_reply", "quote",
    "reply_to_story", "forward_origin", "via_bot", "edit_date", "has_protected_content", "media_group_id",
    "author_signature",
    "has_media_spoiler", "link_preview_options", "reply_markup", "effect_id", "show_caption_above_media",
    "is_from_offline", "paid_star_count", "reply_to_checklist_task_id", "reply_to_poll_option_id",
}  # fmt: skip
# What a message between a client and the bot never has.
ELSEWHERE = {
    "from_user", "sender_chat", "sender_tag", "sender_boost_count", "business_connection_id",
    "sender_business_bot", "is_paid_post", "is_automatic_forward", "is_topic_message", "message_thread_id",
    "direct_messages_topic", "migrate_to_chat_id", "migrate_from_chat_id", "guest_bot_caller_user",
    "guest_bot_caller_chat", "guest_query_id", "suggested_post_info",
}  # fmt: skip
CONTENT = [
    name
    for name, (_, required) in fields_of(telegram.Message).items()
    if not required and name not in EXTRAS | ELSEWHERE
]
# The library writes these as false where Telegram leaves them out.
ONLY_EVER_TRUE = {
    "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
}  # fmt: skip


class Builder:
    """Builds instances; every choice is made by `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def build(self, cls: type, depth: int, **given: Any) -> Any:
        cls = self.random.choice(kinds_of(cls))
        wanted = dict(given)
        for name, (_, required) in fields_of(cls).items():
            if name in given or (cls is telegram.Message and name in ELSEWHERE):
                continue
            # Above, not below: hypothesis tries the smallest numbers first, and those leave it out.
            if required or (depth < DEEPEST and self.random.random() > (0.92 if depth > 2 else 0.75)):
                wanted[name] = self.field(cls, name, depth + 1)
        while True:
            try:
                return cls(**wanted)
            except TypeError as error:
                if not (missing := REQUIRED.match(str(error))):
                    raise
                wanted[missing[1]] = self.field(cls, missing[1], depth + 1)

    def field(self, cls: type, name: str, depth: int) -> Any:
        if choices := ONE_OF.get((cls.__name__, name)):
            return self.random.choice(choices)
        annotation, required = fields_of(cls)[name]
        if annotation == bool | None and not required and cls is telegram.Message:
            return True  # "Optional. True, if …": never false
        return self.value(annotation, name, depth)

    def value(self, annotation: Any, name: str, depth: int) -> Any:
        origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
        if origin in {typing.Union, types.UnionType}:
            return self.value(next(one for one in inner if one is not type(None)), name, depth)
        if origin is typing.Literal:
            return self.random.choice(inner)
        if inspect.isclass(origin) and issubclass(origin, Sequence):
            count = self.random.randint(1, 3 if depth < DEEPEST else 1)
            return [self.value(inner[0], name, depth) for _ in range(count)]
        if inspect.isclass(annotation) and issubclass(annotation, telegram.TelegramObject):
            return self.entity() if annotation is telegram.MessageEntity else self.build(annotation, depth)
        return self.plain(annotation, name)

    def plain(self, annotation: Any, name: str) -> Any:
        random = self.random
        if inspect.isclass(annotation) and issubclass(annotation, Enum):
            return random.choice(list(annotation))
        is_id = name == "id" or name.endswith("_id")
        makes: dict[Any, Callable[[], Any]] = {
            bool: lambda: random.random() > 0.5,
            int: lambda: random.randint(1, 2**52 if is_id or name == "file_size" else 2**31 - 1),
            float: lambda: round(random.uniform(-90, 90), 6),
            datetime: lambda: SINCE + random.randint(0, (UNTIL - SINCE) // SECOND) * SECOND,
            timedelta: lambda: random.randint(0, 86_400) * SECOND,
            str: lambda: f"{random.getrandbits(64):x}" if is_id else random.choice(WORDS),
        }
        made = makes.get(annotation, makes[str])()
        return made or "x" if name in NEVER_EMPTY else made

    def entity(self) -> telegram.MessageEntity:
        kind = self.random.choice(list(MessageEntityType))
        more: Json = {}
        if kind == MessageEntityType.TEXT_LINK:
            more["url"] = "https://example.com/"
        if kind == MessageEntityType.TEXT_MENTION:
            more["user"] = telegram.User(5, "Bo", is_bot=False)
        if kind == MessageEntityType.CUSTOM_EMOJI:
            more["custom_emoji_id"] = "5"
        return telegram.MessageEntity(kind, self.random.randint(0, 5), self.random.randint(1, 5), **more)

    def message(self, field: str, depth: int = 1) -> telegram.Message:
        """A message with that content, and perhaps some of what any message can have."""
        given: Json = dict.fromkeys(CONTENT)
        given[field] = self.field(telegram.Message, field, depth + 1)
        if field == "venue":
            given["location"] = given["venue"].location
        return typing.cast("telegram.Message", self.build(telegram.Message, depth, **given))

    def update(self, kind: str, field: str = "text") -> Json:
        """An update of that kind as Telegram sends it; if it brings a message, one with that content."""
        annotation, _ = fields_of(telegram.Update)[kind]
        is_message = telegram.Message in typing.get_args(annotation)
        body = self.message(field) if is_message else self.value(annotation, kind, 1)
        whole: Json = {kind: body}
        update: Json = telegram.Update(1, **whole).to_dict()
        for name in ONLY_EVER_TRUE & update[kind].keys():
            if not update[kind][name]:
                del update[kind][name]
        return update


def as_private(update: Json, *, update_id: int, client_id: int) -> Json:
    """The same update as of the private chat with a client, where its kind has a chat and a sender."""
    (kind,) = update.keys() - {"update_id"}
    body = update[kind] = dict(update[kind])
    client = {"id": client_id, "is_bot": False, "first_name": "Ann"}
    chat = {"id": client_id, "type": "private", "first_name": "Ann"}
    for name in ("from", "user"):
        if name in body or (name == "from" and kind in {"message", "edited_message"}):
            body[name] = client
    if "chat" in body:
        body["chat"] = chat
    if isinstance(body.get("message"), dict):
        body["message"] = body["message"] | {"chat": chat}
    update["update_id"] = update_id
    return update
