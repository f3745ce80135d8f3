"""Telegram in and out. The only room that imports `telegram`."""

import os

# python-telegram-bot's durations as timedelta, as its next major version has them; else each use warns.
os.environ.setdefault("PTB_TIMEDELTA", "true")
