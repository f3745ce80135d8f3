"""The client's edits: of a text or caption, of a file, of a place that moves. What was said before is kept.

https://core.telegram.org/bots/api#update (edited_message)
"""

from dataclasses import replace
from datetime import datetime

from telegram_bridge.content.files import FileAt
from telegram_bridge.content.messages import Received, received
from telegram_bridge.content.reading import Json
from telegram_bridge.files import expect_files
from telegram_bridge.incoming import albums
from telegram_bridge.incoming.handling import Source
from telegram_bridge.incoming.known_messages import known, place_of
from telegram_bridge.models import TelegramFile, TelegramMessage
from tickets import operations, steps
from tickets.content import Content
from tickets.journal import Change
from tickets.models import Message

UNCHANGED = "An edit that changed nothing that is shown."
# What a message answers is told when it is written, and not always again with an edit.
STAYS = ("reply_from", "reply_kind")


def edit(change: Change, source: Source, message: Json, *, edited_at: datetime) -> str | None:
    """The note of an applied edit; None when the message is not known."""
    row = known(source, *place_of(message)).first()
    if row is None:
        return None
    # Read once its ticket is locked, which may be a closed one: an edit stays where the message is.
    ours = operations.locked_message(row.message_id)
    content, new = _as_edited(row, ours, received(message), edited_at)
    first = ours.attachments.count()
    if not steps.edit_message(change, ours, content, edited_at=edited_at):
        return UNCHANGED
    expect_files(source.bot_id, list(ours.attachments.filter(position__gte=first)), new)
    return ""


def _as_edited(
    row: TelegramMessage, ours: Message, got: Received, edited_at: datetime
) -> tuple[Content, list[FileAt]]:
    """What our message says after the edit; its files are those that it has not yet, and where they lie."""
    content = got.content
    if row.media_group_id:
        row.caption, row.caption_entities = content.text, content.entities
        row.save(update_fields=["caption", "caption_entities"])
        text, marks = albums.captions(ours)
        content = replace(content, kind=ours.kind, text=text, entities=marks, details=ours.details)
    else:
        content = replace(content, details=_details(ours, content, edited_at))
    files = TelegramFile.objects.filter(attachment__message=ours)
    have = set(files.values_list("file_unique_id", flat=True))
    pairs = zip(content.files, got.files_at, strict=True)
    new = [(file, at) for file, at in pairs if at.file_id and at.file_unique_id not in have]
    return replace(content, files=[file for file, _ in new]), [at for _, at in new]


def _details(ours: Message, content: Content, edited_at: datetime) -> Json:
    details = {**content.details, **{name: ours.details[name] for name in STAYS if name in ours.details}}
    if content.kind == Message.Kind.LOCATION and "live_period" in ours.details:
        if "live_period" in details:
            return details
        # A place that no longer moves comes without a period: https://core.telegram.org/bots/api#location
        details["live_period"] = ours.details["live_period"]
        planned = ours.details.get("live_until")
        # Sent again after the end, it must not seem to have ended later.
        ended = edited_at.isoformat()
        details["live_until"] = min(planned, ended, key=datetime.fromisoformat) if planned else ended
    return details
