"""Ready rules to begin from: what they do, and why one would want that. Switched on only by hand."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rules.models import Event


@dataclass(frozen=True)
class Ready:
    name: str | Promise
    why: str | Promise
    event: str
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    minutes: int | None = None


READY: dict[str, Ready] = {
    "urgent": Ready(
        _("Urgent words"),
        _("Whoever writes that it is urgent should not wait behind the others."),
        Event.MESSAGE_RECEIVED,
        {"any": [{"field": "text", "op": "word", "value": word} for word in ("urgent", "asap", "срочно")]},
        [{"do": "priority", "value": "4"}],
    ),
    "greeting": Ready(
        _("A first hello"),
        _("Who writes for the first time ever should hear what happens now with their words."),
        Event.MESSAGE_FIRST,
        {"all": [{"field": "client_tickets", "op": "less", "value": 2}]},
        [
            {
                "do": "answer",
                "value": {
                    "text": "Welcome, {{ client.first_name }}! All you write here reaches our team.",
                    "texts": {
                        "ru": "Здравствуйте, {{ client.first_name }}! Всё, что вы пишете, читает команда."
                    },
                },
            }
        ],
    ),
    "received": Ready(
        _("We got it"),
        _("A client who gets an answer at once writes less often to ask whether anybody is there."),
        Event.MESSAGE_FIRST,
        {},
        [
            {
                "do": "answer",
                "value": {
                    "text": "Thank you, {{ client.first_name }}! Your number is {{ ticket.number }}.",
                    "texts": {"ru": "Спасибо, {{ client.first_name }}! Ваш номер — {{ ticket.number }}."},
                    "hours": 12,
                },
            }
        ],
    ),
    "night": Ready(
        _("Out of hours"),
        _("At night nobody answers; it is kinder to say when somebody will. Set the working hours first."),
        Event.MESSAGE_RECEIVED,
        {"all": [{"field": "working_hours", "op": "no"}]},
        [
            {
                "do": "answer",
                "value": {
                    "text": "Nobody is here now; we answer in the morning.",
                    "texts": {"ru": "Сейчас никого нет; мы ответим утром."},
                    "hours": 12,
                },
            }
        ],
    ),
    "regular": Ready(
        _("Back to who knows them"),
        _("A client explains less to who has answered them before."),
        Event.TICKET_OPENED,
        {"all": [{"field": "client_tickets", "op": "more", "value": 1}]},
        [{"do": "had_last"}],
    ),
    "failed": Ready(
        _("Not delivered: have a look"),
        _("An answer that does not arrive is no answer: a note tells whoever looks next."),
        Event.NOT_DELIVERED,
        {},
        [{"do": "note", "value": "An answer did not arrive. Please look."}, {"do": "priority", "value": "3"}],
    ),
    "unanswered": Ready(
        _("Nobody answered for an hour"),
        _("Who waits for an hour thinks that nobody reads: somebody else should look."),
        Event.NO_REPLY,
        {},
        [{"do": "priority", "value": "4"}, {"do": "note", "value": "The client has waited for an hour."}],
        minutes=60,
    ),
    "warning": Ready(
        _("Silent for five days: ask"),
        _("Before a silent ticket is closed its client should know; any word of theirs ends the wait."),
        Event.NO_CLIENT,
        {},
        [
            {
                "do": "answer",
                "value": {
                    "text": "Is everything all right, {{ client.first_name }}? "
                    "Without an answer we close number {{ ticket.number }} in two days.",
                },
            }
        ],
        minutes=5 * 24 * 60,
    ),
    "silence": Ready(
        _("Silent for a week: close"),
        _("A ticket whose client says nothing more is done; their next message opens a new one. Ask first."),
        Event.NO_CLIENT,
        {},
        [{"do": "status", "value": "3"}],
        minutes=7 * 24 * 60,
    ),
    "morning": Ready(
        _("In the morning: what the night left"),
        _("What came overnight has waited longest: it should be seen before what comes now."),
        Event.HOURS_BEGIN,
        {"all": [{"field": "waiting", "op": "more", "value": 60}]},
        [{"do": "priority", "value": "3"}],
    ),
    "rating": Ready(
        _("Ask how it was"),
        _("Five buttons in the chat after closing tell more than silence. They never open a ticket."),
        Event.TICKET_CLOSED,
        {"none": [{"field": "assignee", "op": "empty"}]},
        [{"do": "ask_rating", "value": "How did we do, {{ client.first_name }}?"}],
    ),
    "blocked": Ready(
        _("Blocked by the client"),
        _("Who has blocked the bot reads no answer: the ticket need not wait among the others."),
        Event.CLIENT_BLOCKED,
        {},
        [{"do": "priority", "value": "1"}],
    ),
}
