"""What a rule answers the client: words of its own in the client's language, with buttons, or a canned reply.

{"text", "texts": {"ru": …}, "buttons": [[{"text", "url"}]]}, all but the text as one likes, or {"canned"}.
Both may have "hours" (rules/actions.py).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rules.texts import values_of, wrong_markup, wrong_variable
from tickets.canned import VARIABLE
from tickets.canned_content import content_of
from tickets.content import Content
from tickets.filling import filled_address, formatted, tight
from tickets.models import Ticket
from tickets.reply_buttons import Rows, checked
from tickets.sendable import LONGEST_BUTTON
from tickets.utf16 import units

MOST_LANGUAGES = 20
# As Telegram says which language a client has: https://core.telegram.org/bots/api#user
CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@contextmanager
def content(value: dict[str, Any], ticket: Ticket) -> Iterator[Content | None]:
    """The answer as a message to the ticket's client, good while the block runs; None when it is a canned
    reply that there is not any more.

    `{{ me.name }}` of a canned reply is empty: nobody wrote, and how rules are called is not for clients.
    """
    values = values_of(ticket)
    if value.get("canned"):
        with content_of(int(value["canned"]), {**values, "me.name": ""}) as found:
            yield found
        return
    text, entities = formatted(in_language(value, ticket.client.language_code), values)
    buttons = [[_filled_button(button, values) for button in row] for row in _rows(value)]
    yield Content(text=text, entities=entities, buttons=buttons)


def in_language(value: dict[str, Any], code: str) -> str:
    """The text for who has the language `code`: its own, that of its part before the dash, the main one."""
    texts = {name.lower(): text for name, text in (value.get("texts") or {}).items()}
    code = code.lower()
    return str(texts.get(code) or texts.get(code.partition("-")[0]) or value["text"])


def wrong_in(value: dict[str, Any]) -> str:
    """What is wrong with an answer of a rule's own words; nothing when it is right."""
    return wrong_markup(value.get("text")) or _wrong_texts(value.get("texts") or {}) or _wrong_buttons(value)


def _wrong_texts(texts: Any) -> str:
    if not isinstance(texts, dict):
        return _("Texts in other languages are pairs of a code and a text.")
    if len(texts) > MOST_LANGUAGES:
        return _("%(most)d languages at most.") % {"most": MOST_LANGUAGES}
    codes: set[str] = set()
    for code, text in texts.items():
        said = str(code)[:20]
        if not isinstance(code, str) or not CODE.fullmatch(code):
            return _("“%(code)s” is no code of a language: it is two letters, as ru or de.") % {"code": said}
        if code.lower() in codes:
            return _("The language “%(code)s” is there twice.") % {"code": said}
        codes.add(code.lower())
        if words := wrong_markup(text):
            return f"{said}: {words}"
    return ""


def _wrong_buttons(value: dict[str, Any]) -> str:
    try:
        rows = _rows(value)
    except ValidationError as error:
        return str(error.messages[0])
    said = (text for row in rows for button in row for text in button.values())
    return next((words for text in said if (words := wrong_variable(text))), "")


def _rows(value: dict[str, Any]) -> Rows:
    """Its buttons as the composer would send them. Raises ValidationError."""
    rows = value.get("buttons") or []
    if isinstance(rows, list):
        rows = [[_tight(one) for one in row] if isinstance(row, list) else row for row in rows]
    return checked(rows)


def _tight(button: Any) -> Any:
    if not isinstance(button, dict):
        return button
    return {name: tight(said) if isinstance(said, str) else said for name, said in button.items()}


def _filled_button(button: dict[str, str], values: Mapping[str, str]) -> dict[str, str]:
    filled = {
        name: VARIABLE.sub(lambda found: values.get(found[1], found[0]), said)
        for name, said in button.items()
    }
    if "url" in button:
        filled["url"] = filled_address(button["url"], values)
    while units(filled["text"]) > LONGEST_BUTTON:  # a client's name may be long
        filled["text"] = filled["text"][:-1]
    return filled
