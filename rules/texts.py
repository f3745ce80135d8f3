"""What a rule writes: the variables of its texts, and what is wrong with one before it is saved."""

from typing import Any

from django.utils.translation import gettext as _

from tickets.canned import VARIABLE
from tickets.markup import parse
from tickets.models import Ticket
from tickets.utf16 import units

LONGEST_TEXT = 4096  # of a message: https://core.telegram.org/bots/api#sendmessage
# As it is typed: marks and addresses of links don't count in Telegram, and have an end all the same.
LONGEST_MARKUP = 4 * LONGEST_TEXT
VARIABLES = ("client.name", "client.first_name", "ticket.number")


def values_of(ticket: Ticket) -> dict[str, str]:
    """The variables' values."""
    name = ticket.client.name
    first = name.split()[0] if name.split() else name
    return {"client.name": name, "client.first_name": first, "ticket.number": str(ticket.pk)}


def filled(text: str, ticket: Ticket) -> str:
    """A plain text with its variables' values."""
    values = values_of(ticket)
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)[:LONGEST_TEXT]


def wrong_text(value: Any) -> str:
    """What is wrong with a plain text, in words; nothing when it is right."""
    if not isinstance(value, str) or not value.strip():
        return _("Words are needed here.")
    if len(value) > LONGEST_TEXT:
        return _("%(most)d characters at most.") % {"most": LONGEST_TEXT}
    return wrong_variable(value)


def wrong_markup(value: Any) -> str:
    """The same for a text in the composer's markup: what counts is what is left of it in Telegram."""
    if not isinstance(value, str) or not value.strip():
        return _("Words are needed here.")
    if len(value) > LONGEST_MARKUP or units(text := parse(value.strip())[0]) > LONGEST_TEXT:
        return _("%(most)d characters at most.") % {"most": LONGEST_TEXT}
    return wrong_variable(value) if text.strip() else _("Words are needed here.")


def wrong_variable(text: str) -> str:
    for name in VARIABLE.findall(text):
        if name not in VARIABLES:
            return _("There is no variable “%(name)s”.") % {"name": name}
    return ""
