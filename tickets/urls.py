"""Pages of this room."""

from django.urls import path

from tickets import path_converters  # noqa: F401  (registers `id`)
from tickets.views import (
    canned,
    changes,
    clients,
    composing,
    drafts,
    files,
    messages,
    notes,
    notifications,
    properties,
    reading,
    saved_views,
    ticket,
)
from tickets.views.list import ticket_list

urlpatterns = [
    path("tickets/", ticket_list, name="ticket-list"),
    path("tickets/navigation/", saved_views.navigation_views, name="navigation"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications-read"),
    path("notifications/settings/", notifications.settings, name="notification-settings"),
    path("canned/", canned.replies, name="canned-replies"),
    path("canned/<id:reply_id>/", canned.change, name="canned-reply"),
    path("tickets/<id:ticket_id>/canned/", canned.suggestions, name="ticket-canned"),
    path("views/", saved_views.views, name="saved-views"),
    path("views/<id:view_id>/", saved_views.change, name="saved-view"),
    path("tickets/<id:ticket_id>/", ticket.ticket, name="ticket"),
    path("tickets/<id:ticket_id>/take/", changes.take, name="ticket-take"),
    path("tickets/<id:ticket_id>/assign/", changes.assign, name="ticket-assign"),
    path("tickets/<id:ticket_id>/status/", changes.status, name="ticket-status"),
    path("tickets/<id:ticket_id>/set/<slug:name>/", properties.change_property, name="ticket-property"),
    path("tickets/<id:ticket_id>/reply/", changes.reply, name="ticket-reply"),
    path("tickets/<id:ticket_id>/note/", notes.note, name="ticket-note"),
    path("tickets/<id:ticket_id>/draft/", drafts.draft, name="ticket-draft"),
    path("tickets/<id:ticket_id>/preview/", composing.preview, name="ticket-preview"),
    path("tickets/<id:ticket_id>/read/", reading.read, name="ticket-read"),
    path("tickets/<id:ticket_id>/unread/", reading.unread, name="ticket-unread"),
    path("tickets/<id:ticket_id>/typing/", composing.typing, name="ticket-typing"),
    path("messages/<id:message_id>/edit/", messages.edit, name="message-edit"),
    path("messages/<id:message_id>/delete/", messages.delete, name="message-delete"),
    path("messages/<id:message_id>/react/", messages.react, name="message-react"),
    path("messages/<id:message_id>/send-again/", changes.send_again, name="message-send-again"),
    path("files/<id:file_id>/", files.file, name="file"),
    path("messages/<id:message_id>/contact.vcf", files.contact, name="message-contact"),
    path("clients/<id:client_id>/", clients.client, name="client"),
    path("clients/<id:client_id>/avatar/", files.avatar, name="client-avatar"),
    path("clients/<id:client_id>/send-again/", clients.send_again, name="client-send-again"),
]
