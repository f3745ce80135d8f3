"""What an id in an address may be, for pages and sockets alike."""

from django.urls import register_converter
from django.urls.converters import IntConverter

from tickets.querysets import BIGGEST_ID


class BigIdConverter(IntConverter):
    """A database id; a number no id can be is a wrong address, not an error of the database."""

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if number > BIGGEST_ID:
            raise ValueError(value)
        return number


register_converter(BigIdConverter, "id")
