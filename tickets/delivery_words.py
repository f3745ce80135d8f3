"""Why a message has not (surely) arrived, in words for staff.

`Message.delivery_error` holds a code and its numbers; only here do they become a sentence, in the reader's
language. No times in it: the same words go to every open page, whatever its time zone.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORDS: dict[str, Promise] = {
    # Not delivered
    "blocked": gettext_lazy("The client has blocked the bot."),
    "not_started": gettext_lazy("The client has not started a chat with the bot; it may not write first."),
    "deactivated": gettext_lazy("The client's Telegram account was deleted."),
    "chat_not_found": gettext_lazy("Telegram does not know this chat (any more)."),
    "migrated": gettext_lazy("This chat has moved to another one in Telegram."),
    "file_too_big": gettext_lazy("Telegram takes no file as large as this one."),
    "file_missing": gettext_lazy("A file of this message is missing on the server."),
    "wrong_file": gettext_lazy("Telegram could not read a file of this message."),
    "too_long": gettext_lazy("Telegram found the text too long."),
    "unauthorized": gettext_lazy("Telegram refuses the bot's token; an administrator has to enter it again."),
    "no_bot": gettext_lazy("There is no bot for this client's inbox."),
    # Waiting
    "network": gettext_lazy("Telegram can't be reached. It will be tried again by itself."),
    "rate_limited": gettext_lazy("Telegram asks to wait. It will be sent by itself."),
    # Perhaps delivered
    "no_answer": gettext_lazy("Telegram's answer never came: the message may or may not have arrived."),
    "crashed": gettext_lazy("Sending was interrupted: the message may or may not have arrived."),
}


def in_words(error: Mapping[str, object]) -> str:
    """A sentence for `Message.delivery_error`; empty when there is no error."""
    code = str(error.get("code", ""))
    if not code:
        return ""
    description = str(error.get("description", ""))
    if code == "bad_request":
        return _("Telegram refused the message: %(description)s") % {"description": description}
    if code == "internal":
        return _("An error in the helpdesk: %(description)s") % {"description": description}
    words = WORDS.get(code)
    return str(words) if words is not None else _("Unknown reason (%(code)s).") % {"code": code}
