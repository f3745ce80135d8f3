"""What can be sent to a client at all, checked before anything is queued. Each refusal is an OperationRefused
with words for who asked.

https://core.telegram.org/bots/api#sendmessage, #inlinekeyboardbutton, #replyparameters, #sending-files
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.content import Content, storable
from tickets.errors import OperationRefused
from tickets.models import Message
from tickets.utf16 import units

# Ten of Telegram's longest messages (4,096 characters each).
LONGEST_REPLY = 40_960
LONGEST_QUOTE = 1024
LONGEST_BUTTON, LONGEST_ADDRESS = 64, 2048
# Telegram takes a hundred buttons, eight in a row; more than a phone shows at once helps nobody.
MOST_ROWS, MOST_IN_ROW = 10, 8


def require_sendable(content: Content) -> None:
    if not content.text.strip() and not content.files:
        raise OperationRefused(_("Write something or add a file."))
    if len(content.text) > LONGEST_REPLY:
        raise OperationRefused(
            _("This text has %(length)s characters; at most %(limit)s can be sent at once.")
            % {"length": len(content.text), "limit": LONGEST_REPLY}
        )
    refuse_files([(file.name, file.size or 0) for file in content.files])
    if content.buttons:
        _require_buttons(content.buttons)


def refuse_files(files: Sequence[tuple[str, int]]) -> None:
    """Raises OperationRefused when these (name, bytes) are more or larger than Telegram takes from a bot."""
    most = settings.MAX_FILES_PER_REPLY
    if len(files) > most:
        raise OperationRefused(
            ngettext(
                "At most %(most)s file can be sent at once.",
                "At most %(most)s files can be sent at once.",
                most,
            )
            % {"most": most}
        )
    limit = settings.TELEGRAM_UPLOAD_LIMIT
    for name, size in files:
        if size > limit:
            raise OperationRefused(
                _("“%(name)s” is larger than %(limit)s MB, the most Telegram takes from a bot.")
                % {"name": name, "limit": limit // 1024 // 1024}
            )
        if size == 0:
            raise OperationRefused(_("“%(name)s” is empty; Telegram takes no empty files.") % {"name": name})


def require_quote(quote: str, target: Message | None) -> None:
    """Telegram refuses a quote that is not, to the letter, in the message that it is from."""
    if not quote:
        return
    if target is None or storable(quote) not in target.text:
        raise OperationRefused(_("The quoted words are not in that message (any more)."))
    if units(quote) > LONGEST_QUOTE:
        raise OperationRefused(_("At most %(limit)s characters can be quoted.") % {"limit": LONGEST_QUOTE})


def _require_buttons(rows: list[list[dict[str, str]]]) -> None:
    if len(rows) > MOST_ROWS or any(not 1 <= len(row) <= MOST_IN_ROW for row in rows):
        raise OperationRefused(_("These are too many buttons for one message."))
    for button in (button for row in rows for button in row):
        text = button.get("text", "")
        if not text.strip():
            raise OperationRefused(_("A button needs a text."))
        if units(text) > LONGEST_BUTTON:
            raise OperationRefused(
                _("“%(text)s” is too long for a button: at most %(limit)s characters.")
                % {"text": text, "limit": LONGEST_BUTTON}
            )
        if "url" in button:
            _require_address(button["url"])
        elif not button.get("answer"):
            raise OperationRefused(_("A button opens a page or stands for an answer."))


def _require_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https", "tg"} and bool(parts.netloc)
    except ValueError:
        good = False
    if not good or len(address) > LONGEST_ADDRESS or any(character.isspace() for character in address):
        raise OperationRefused(
            _("“%(address)s” is no address that a button can open.") % {"address": address[:100]}
        )
