"""The lines of the log. No bot's token gets into them, whatever library the words come from: the addresses of
the Bot API hold it, and so do the errors of whoever asked."""

import logging
import re

# https://core.telegram.org/bots/api#authorizing-your-bot
TOKEN = re.compile(r"(\d{4,18}):[A-Za-z0-9_-]{20,}")


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """With its traceback, if it has one."""
        return TOKEN.sub(r"\1:…", super().format(record))
