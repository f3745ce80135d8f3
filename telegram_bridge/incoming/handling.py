"""What every handler of an update is given, and how it says that it did nothing."""

from dataclasses import dataclass, field

from telegram_bridge.hot_queries import Remembered
from tickets.models import Client


@dataclass(frozen=True)
class Source:
    """Where an update came from: the bot's row and its inbox."""

    bot_id: int
    inbox_id: int
    update_id: int | None = None  # the row's, not Telegram's
    # Whose private chat it is, read together with the update.
    client: Client | None = None
    # Written with the update's own row, in one way to the database.
    remembered: list[Remembered] = field(default_factory=list)


class Skipped(str):
    """The note of an update that is understood and has no place here (yet): a group, a business account.

    Any other note, also an empty one, says that the update was handled.
    """

    __slots__ = ()
