"""What a Telegram message says, read from its JSON: `received` gives it as the desk's own Content."""

from telegram_bridge.content.messages import Received, joined, received

__all__ = ["Received", "joined", "received"]
