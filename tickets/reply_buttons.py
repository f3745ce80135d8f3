"""Buttons below a reply, as the composer and rules send them: rows, checked before a verb sees them.

A button opens a page ({"text", "url"}) or tells us of its press ({"text", "answer"}).
https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.content import storable
from tickets.rich_text import safe_address
from tickets.sendable import LONGEST_ADDRESS, LONGEST_BUTTON
from tickets.utf16 import units

Rows = list[list[dict[str, str]]]

MOST_BUTTONS = 8
SCHEMES = ("http://", "https://", "tg://")


class ButtonsField(forms.CharField):
    """Rows of buttons; none when it is left empty."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, max_length=40_000)

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return []
        try:
            rows = json.loads(written)
        except (ValueError, RecursionError):
            rows = None
        return checked(rows)


def checked(rows: Any) -> Rows:
    """Rows of buttons as they can be kept and sent, without empty ones. Raises ValidationError with words."""
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValidationError(_("The buttons could not be read."))
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        words = ngettext(
            "At most %(most)s button can be below a message.",
            "At most %(most)s buttons can be below a message.",
            MOST_BUTTONS,
        )
        raise ValidationError(words % {"most": MOST_BUTTONS})
    return [[_button(button) for button in row] for row in rows if row]


def _button(button: Any) -> dict[str, str]:
    if not isinstance(button, dict) or not all(isinstance(value, str) for value in button.values()):
        raise ValidationError(_("The buttons could not be read."))
    said = {name: storable(value).strip() for name, value in button.items()}
    text, url, answer = said.get("text", ""), said.get("url", ""), said.get("answer", "")
    if not text:
        raise ValidationError(_("A button needs a text."))
    if units(text) > LONGEST_BUTTON:
        raise ValidationError(
            _("“%(text)s” is too long for a button: at most %(limit)s characters.")
            % {"text": text[:100], "limit": LONGEST_BUTTON}
        )
    if "url" not in said:
        return {"text": text, "answer": answer or text}
    if not safe_address(url).lower().startswith(SCHEMES) or len(url) > LONGEST_ADDRESS:
        raise ValidationError(
            _("“%(text)s” needs an address that begins with https://, http:// or tg://.") % {"text": text}
        )
    return {"text": text, "url": url}
