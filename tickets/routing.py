"""Where the sockets are."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from tickets.consumers import InboxConsumer, TicketConsumer
from tickets.querysets import BIGGEST_ID


class BigIdConverter(IntConverter):
    """A database id; a number no id can be is a wrong address, not an error of the database."""

    def to_python(self, value: str) -> int:
        number = super().to_python(value)
        if number > BIGGEST_ID:
            raise ValueError(value)
        return number


register_converter(BigIdConverter, "id")

websocket_urlpatterns = [
    path("ws/tickets/<id:ticket_id>/", TicketConsumer.as_asgi()),
    path("ws/inbox/", InboxConsumer.as_asgi()),
]
