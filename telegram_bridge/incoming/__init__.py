"""What an update does to the desk: `apply` is called by ingest, in the transaction that marks it done."""

from telegram_bridge.incoming.dispatch import apply
from telegram_bridge.incoming.handling import Skipped, Source

__all__ = ["Skipped", "Source", "apply"]
