"""Pages of this room."""

from django.urls import path

from telegram_bridge.views import bot_list

urlpatterns = [path("bots/", bot_list, name="bot-list")]
