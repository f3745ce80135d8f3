"""Albums: separate messages with one `media_group_id`, no count and no end mark, become one message of ours.

https://core.telegram.org/bots/api#message
"""

from dataclasses import replace

from telegram_bridge.content.messages import Received, joined
from telegram_bridge.content.reading import Json
from telegram_bridge.files import expect_files
from telegram_bridge.incoming.handling import Source
from telegram_bridge.incoming.known_messages import group_of, parts_of, place_of, remember
from telegram_bridge.models import TelegramMessage
from tickets import steps
from tickets.journal import Change
from tickets.models import Message, Ticket


def begun_album(source: Source, message: Json, ticket: Ticket) -> Message | None:
    """What came before of the same album in the client's open `ticket`. A part that is later than the closing
    of its ticket begins anew: nobody would look for it in a closed one."""
    if not (group := group_of(message)):
        return None
    chat_id, _ = place_of(message)
    parts = TelegramMessage.objects.filter(bot=source.bot_id, chat_id=chat_id, media_group_id=group)
    part = parts.filter(message__ticket=ticket).select_related("message").first()
    if part is None:
        return None
    part.message.ticket = ticket
    return part.message


def extend(change: Change, source: Source, album: Message, message: Json, got: Received) -> None:
    """Another part joins; one that is covered covers the album."""
    remember(source, message, album, got.content)
    text, marks = captions(album)
    covered = {"spoiler": True} if got.content.details.get("spoiler") else {}
    content = replace(got.content, text=text, entities=marks, details={**album.details, **covered})
    expect_files(source.bot_id, steps.extend_album(change, album, content), got.files_at)


def captions(album: Message) -> tuple[str, list[Json]]:
    """The captions of all parts as one text, in the order of the parts."""
    return joined(list(parts_of(album).values_list("caption", "caption_entities")))
