"""Refusals: what a verb says instead of doing the thing."""

from django.utils.functional import Promise


class OperationRefused(Exception):
    """The change was not made. `str()` of it is a sentence for the person who asked."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


class AnsweredMeanwhile(OperationRefused):
    """A colleague's reply came after what the writer had seen. They may look at it and send theirs anyway."""
