"""Pages of this room."""

from django.urls import path

from telegram_bridge.raw_page import message_raw
from telegram_bridge.views import bot_list
from tickets import path_converters  # noqa: F401  (registers `id`)

urlpatterns = [
    path("bots/", bot_list, name="bot-list"),
    path("messages/<id:message_id>/raw/", message_raw, name="message-raw"),
]
