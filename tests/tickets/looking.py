"""Where a test looks: a message on its ticket's page, and as a socket sends it."""

from typing import Any

from django.urls import reverse

from tests import factories
from tickets import conversation, operations
from tickets.content import Content
from tickets.models import Message, Ticket


def on_page(browser: Any, message: Message) -> str:
    """The message's element on its ticket's page."""
    answer = browser.get(reverse("ticket", args=[message.ticket_id]))
    assert answer.status_code == 200
    html: str = answer.content.decode()
    begin = f'<article id="message-{message.pk}"'
    return begin + html.partition(begin)[2].partition("</article>")[0]


def in_frame(message: Message, *, language: str = "en") -> str:
    """The message's element as a socket sends it."""
    frame = conversation.frame_since(message.ticket_id, after=message.seq - 1, language=language)
    assert frame is not None
    begin = f'<article id="message-{message.pk}"'
    return begin + frame.html.partition(begin)[2].partition("</article>")[0]


def delivered_reply(ticket: Any, anna: Any, **fields: Any) -> Message:
    """A reply of `anna` that Telegram has."""
    message = operations.reply(ticket, staff=anna, content=Content(**{"text": "Solved?", **fields}))
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    operations.settle_delivery(message.pk, claim=factories.CLAIM, delivery=Message.Delivery.SENT)
    return message


def locked(message: Message) -> Message:
    """The message with its ticket locked, for a step; within `change()`."""
    message = Message.objects.defer("search").get(pk=message.pk)
    message.ticket = Ticket.objects.locked().get(pk=message.ticket_id)
    return message
