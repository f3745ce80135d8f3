"""Word from process to process: PostgreSQL's NOTIFY, heard over one connection in a thread of its own.

Nothing depends on it: what was not heard is found a moment later by whoever looks now and then.
"""

import logging
import threading
from collections.abc import Callable, Mapping

import psycopg
from procrastinate.contrib.django import connector_params

from telegram_bridge.backing_off import BackOff
from telegram_bridge.storing import Lane

logger = logging.getLogger(__name__)

LOOK_UP_SECONDS = 0.5  # between looks whether it is time to stop


class Listener:
    """Hands on what is said on each of the channels (telegram_bridge/channels.py), in its own thread."""

    def __init__(self, heard: Mapping[str, Callable[[str], object]]) -> None:
        self._heard = heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcements")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        back_off = BackOff(first=0.2, cap=5)
        while not self._stopping.is_set():
            try:
                with psycopg.connect(**connector_params(), autocommit=True) as connection:
                    for channel in self._heard:
                        connection.execute(f"LISTEN {channel}".encode())
                    back_off.reset()
                    while not self._stopping.is_set():
                        for notice in connection.notifies(timeout=LOOK_UP_SECONDS):
                            self._hand_on(notice)
            except psycopg.Error as error:
                logger.debug("Announcements are heard again soon: %s", str(error).strip())
                self._stopping.wait(back_off.next())

    def _hand_on(self, notice: psycopg.Notify) -> None:
        try:
            self._heard[notice.channel](notice.payload)
        except Exception:
            # Whoever may write to the database may say anything: the next word is heard all the same.
            logger.exception("An announcement on %s was not understood", notice.channel)


def lane_of(said: str) -> Lane:
    """The bot's row and the chat in an announcement of storing.store()."""
    bot_id, _, chat_id = said.partition(":")
    return int(bot_id), int(chat_id)
