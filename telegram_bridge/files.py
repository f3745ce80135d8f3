"""Files that came with a message: where they lie at Telegram, and the jobs that fetch them."""

from collections.abc import Sequence

from telegram_bridge.content.files import FileAt
from telegram_bridge.jobs import queue_file
from telegram_bridge.models import TelegramFile
from tickets.models import Attachment


def expect_files(bot_id: int, attachments: Sequence[Attachment], files_at: Sequence[FileAt]) -> None:
    """Remembers where each of `attachments` lies, and queues its fetching unless it is too big for Telegram.

    In the current transaction: without the message there is no job. One that lies nowhere has failed already.
    """
    TelegramFile.objects.bulk_create(
        TelegramFile(
            attachment=attachment,
            bot_id=bot_id,
            file_id=at.file_id,
            file_unique_id=at.file_unique_id,
        )
        for attachment, at in zip(attachments, files_at, strict=True)
        if at.file_id
    )
    for attachment in attachments:
        if attachment.state == Attachment.State.WAITING:
            queue_file(attachment.pk)
