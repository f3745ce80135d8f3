"""A profile picture, a client's or a bot's own: the size that pages show, as Telegram has it now.

https://core.telegram.org/bots/api#getuserprofilephotos
"""

import secrets

from telegram import PhotoSize

from telegram_bridge.downloads import bring
from telegram_bridge.sending_bots import sending_bot
from tickets.arriving_files import temporary_folder

# Pages show it with 80 pixels at most, on screens with two of them for each.
WANTED_PIXELS = 160
LARGEST = 1024 * 1024  # bytes; the size that is wanted has some ten thousand


async def current(token: str, user_id: int) -> PhotoSize | None:
    """The picture that the user has now, in the size that is wanted; None when there is none to be shown.
    Raises TelegramError."""
    photos = (await sending_bot(token).get_user_profile_photos(user_id, limit=1)).photos
    size = fitting_size(list(photos[0])) if photos and photos[0] else None
    return size if size is not None and (size.file_size or 0) <= LARGEST else None


async def fetch(token: str, size: PhotoSize) -> bytes:
    """What the picture consists of: little enough to be kept again after the database was away. Raises
    TelegramError, httpx.HTTPError, OSError, and ValueError for what is no such picture."""
    at_telegram = await sending_bot(token).get_file(size.file_id)
    path = temporary_folder() / secrets.token_hex(16)
    try:
        if await bring(str(at_telegram.file_path), token, path) > LARGEST:
            raise ValueError("it is larger than a profile picture can be")
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def fitting_size(sizes: list[PhotoSize]) -> PhotoSize:
    """The smallest that is large enough, or the largest of those that are not."""
    by_side = sorted(sizes, key=lambda size: min(size.width, size.height))
    return next((one for one in by_side if min(one.width, one.height) >= WANTED_PIXELS), by_side[-1])
