"""Pages of this room, and where Telegram posts to."""

from django.urls import path

from telegram_bridge import setup_views, views, webhook_views
from telegram_bridge.public_address import WEBHOOK_PATH
from telegram_bridge.raw_page import message_raw
from tickets import path_converters  # noqa: F401  (registers `id`)

urlpatterns = [
    path("bots/", views.bot_list, name="bot-list"),
    path("bots/add/", setup_views.add, name="bot-add"),
    path("bots/<id:bot_id>/", views.bot, name="bot"),
    path("bots/<id:bot_id>/picture/", views.picture, name="bot-picture"),
    path("bots/<id:bot_id>/token/", setup_views.token, name="bot-token"),
    path("bots/<id:bot_id>/mode/", setup_views.mode, name="bot-mode"),
    path("bots/<id:bot_id>/receiving/", setup_views.receiving, name="bot-receiving"),
    path("bots/<id:bot_id>/remove/", setup_views.remove, name="bot-remove"),
    path(f"{WEBHOOK_PATH}<id:telegram_id>/", webhook_views.webhook, name="telegram-webhook"),
    path("messages/<id:message_id>/raw/", message_raw, name="message-raw"),
]
