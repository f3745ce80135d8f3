"""Where the sockets are."""

from django.urls import path

from tickets import path_converters  # noqa: F401  (registers `id`)
from tickets.consumers import InboxConsumer, TicketConsumer

websocket_urlpatterns = [
    path("ws/tickets/<id:ticket_id>/", TicketConsumer.as_asgi()),
    path("ws/inbox/", InboxConsumer.as_asgi()),
]
