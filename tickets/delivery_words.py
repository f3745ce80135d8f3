"""Why a message has not (surely) arrived, or was not changed, and what to do: in words for staff.

`Message.delivery_error` and `Amendment.error` hold a code and its numbers; only here do they become
sentences, in the reader's language. No times in them: the same words go to every open page, whatever its
time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Words:
    """`advice` is empty when there is nothing to do."""

    reason: Promise | str
    advice: Promise | str = ""


ASK_ADMINISTRATOR = gettext_lazy("Ask an administrator.")
SHORTEN = gettext_lazy("Shorten it.")

WORDS: dict[str, Words] = {
    # Not delivered
    "blocked": Words(
        gettext_lazy("The client has blocked the bot."),
        gettext_lazy("Nothing reaches them until they unblock it; then send it again."),
    ),
    "not_started": Words(
        gettext_lazy("The client has not started a chat with the bot; it may not write first."),
        gettext_lazy("Ask them to open the bot and press Start; then send it again."),
    ),
    "deactivated": Words(
        gettext_lazy("The client's Telegram account was deleted."),
        gettext_lazy("Reach them another way; the ticket can be closed."),
    ),
    "chat_not_found": Words(
        gettext_lazy("Telegram does not know this chat (any more)."),
        gettext_lazy("The client has to write to the bot again."),
    ),
    "migrated": Words(
        gettext_lazy("This chat has moved to another one in Telegram."),
        gettext_lazy("Send it again."),
    ),
    "no_rights": Words(
        gettext_lazy("The bot may not write in this chat."),
        gettext_lazy("Whoever runs the chat has to give it the right to; then send it again."),
    ),
    "file_too_big": Words(
        gettext_lazy("Telegram takes no file as large as this one."),
        gettext_lazy("Send a smaller one, or a link to it."),
    ),
    "file_missing": Words(
        gettext_lazy("A file of this message is missing on the server."),
        gettext_lazy("Write the message anew and choose the file again."),
    ),
    "wrong_file": Words(
        gettext_lazy("Telegram could not read a file of this message."),
        gettext_lazy("Check that it opens on your computer, and send it as a file rather than as a picture."),
    ),
    "voice_failed": Words(
        gettext_lazy("The recording could not be made into a voice message."),
        gettext_lazy("Record it again, or send it as a file."),
    ),
    "voice_forbidden": Words(
        gettext_lazy("The client's settings forbid voice messages."),
        gettext_lazy("Write it, or send the recording as a file."),
    ),
    "video_note_forbidden": Words(
        gettext_lazy("The client's settings forbid video messages."),
        gettext_lazy("Send the film as an ordinary video."),
    ),
    "too_long": Words(
        gettext_lazy("Telegram found the text too long."),
        gettext_lazy("Send it in two messages."),
    ),
    "empty": Words(
        gettext_lazy("Telegram found nothing in this message that can be seen."),
        gettext_lazy("Write it anew."),
    ),
    "formatting": Words(
        gettext_lazy("Telegram could not read the formatting of this text."),
        gettext_lazy("Write it anew without the formatting."),
    ),
    "quote_not_found": Words(
        gettext_lazy("The quoted words are no longer in the message."),
        gettext_lazy("Answer it without the quote."),
    ),
    "wrong_button": Words(
        gettext_lazy("Telegram refused a button below this message."),
        gettext_lazy("Check its address, and write the message anew."),
    ),
    "unauthorized": Words(
        gettext_lazy("Telegram refuses the bot's token; an administrator has to enter it again."),
        gettext_lazy("Then send it again."),
    ),
    "no_bot": Words(gettext_lazy("There is no bot for this client's inbox."), ASK_ADMINISTRATOR),
    # Delivered, but not in all
    "quote_lost": Words(
        gettext_lazy("Sent without the quote: its words are no longer in the message."),
    ),
    # Waiting
    "network": Words(gettext_lazy("Telegram can't be reached. It will be tried again by itself.")),
    "rate_limited": Words(gettext_lazy("Telegram asks to wait. It will be sent by itself.")),
    # Perhaps delivered
    "no_answer": Words(
        gettext_lazy("Telegram's answer never came: the message may or may not have arrived."),
        gettext_lazy("If in doubt, ask the client whether they have it."),
    ),
    "crashed": Words(
        gettext_lazy("Sending was interrupted: the message may or may not have arrived."),
        gettext_lazy("If in doubt, ask the client whether they have it."),
    ),
    # Not changed
    "not_in_telegram": Words(
        gettext_lazy("It is not known which Telegram message this is."),
        gettext_lazy("It can't be changed any more; write another message."),
    ),
    "message_gone": Words(
        gettext_lazy("This message is no longer in the chat."),
        gettext_lazy("Write another one."),
    ),
    "cannot_be_edited": Words(
        gettext_lazy("Telegram does not let the bot edit this message."),
        gettext_lazy("Write another one."),
    ),
    "too_old_to_delete": Words(
        gettext_lazy("Telegram deletes only what was sent less than 48 hours ago."),
        gettext_lazy("You can still edit it."),
    ),
    "reaction_refused": Words(
        gettext_lazy("Telegram does not take this reaction here."),
        gettext_lazy("Choose another one."),
    ),
    "caption_too_long": Words(gettext_lazy("Below a file there is room for 1,024 characters."), SHORTEN),
    "other_parts": Words(
        gettext_lazy("This text was sent in several messages; the new one would need more or fewer of them."),
        gettext_lazy("Keep its length about as it is, or write another message."),
    ),
}


def in_words(error: Mapping[str, object]) -> str:
    """A sentence for an error; empty when there is none."""
    code = str(error.get("code", ""))
    if not code:
        return ""
    description = str(error.get("description", ""))
    if code == "bad_request":
        return _("Telegram refused the message: %(description)s") % {"description": description}
    if code == "internal":
        return _("An error in the helpdesk: %(description)s") % {"description": description}
    words = WORDS.get(code)
    return str(words.reason) if words is not None else _("Unknown reason (%(code)s).") % {"code": code}


def advice(error: Mapping[str, object]) -> str:
    """What to do about an error; empty when there is nothing to do."""
    code = str(error.get("code", ""))
    words = WORDS.get(code)
    if words is not None:
        return str(words.advice)
    return str(ASK_ADMINISTRATOR) if code else ""
