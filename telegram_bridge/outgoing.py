"""Our message as the bridge sends it: its files as uploads, its buttons as Telegram wants them, its parts."""

from typing import Any

from telegram_bridge.plan import Part, Upload, plan
from tickets.models import Attachment, Message

# What a press of a quick answer brings back; at most 64 bytes.
# https://core.telegram.org/bots/api#inlinekeyboardbutton
ANSWER = "answer:{message}:{row}:{column}"


def parts_of(message: Message, text: str, entities: list[dict[str, Any]], *, has_files: bool) -> list[Part]:
    """The plan of `message`, with `text`: what it says now, or what it said when it was sent."""
    files = [_upload(file) for file in message.attachments.all()] if has_files else []
    return plan(text, entities, files, buttons_of(message))


def buttons_of(message: Message) -> list[list[dict[str, str]]]:
    """Rows of {"text", "url"} or {"text", "data"}."""
    return [
        [
            {"text": button["text"], "url": button["url"]}
            if button.get("url")
            else {
                "text": button["text"],
                "data": ANSWER.format(message=message.pk, row=row_number, column=column),
            }
            for column, button in enumerate(row)
        ]
        for row_number, row in enumerate(message.buttons)
    ]


def _upload(file: Attachment) -> Upload:
    return Upload(
        path=file.file.path if file.file else "",
        name=file.name,
        kind=file.kind,
        mime_type=file.mime_type,
        size=file.size or 0,
        width=file.width,
        height=file.height,
        duration=file.duration,
    )
