"""Steps of a rating: the request with its buttons, the press of one, the words that answer the request.

A rating never opens a ticket: it belongs to the one that is over.
"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from tickets import amendment_steps, steps
from tickets.content import Content
from tickets.journal import CLIENT, SYSTEM, Actor, Change
from tickets.models import Amendment, Message, Rating, Ticket, TicketEvent
from tickets.models.ratings import HIGHEST, THUMBS

Kind = TicketEvent.Kind
LANGUAGES = ("ru", "en")
LONGEST_COMMENT = 4096


def ask_rating(change: Change, ticket: Ticket, text: str, actor: Actor, *, thumbs: bool = False) -> Message:
    """The request, queued, with a button for each of one to five stars, or for each of two thumbs."""
    row: list[dict[str, Any]] = [
        {"text": f"{score} ⭐", "answer": str(score), "rating": score} for score in range(1, HIGHEST + 1)
    ]
    if thumbs:
        row = [{"text": one, "answer": one, "rating": score, "thumbs": True} for score, one in THUMBS.items()]
    content = Content(text=text, buttons=[row])
    return steps.write_message(change, ticket, content, actor=actor)


def rating_of(button: dict[str, Any]) -> int | None:
    """The stars that a button stands for; None for any other button."""
    score = button.get("rating")
    return score if isinstance(score, int) and 1 <= score <= HIGHEST else None


def rate(change: Change, request: Message, score: int, *, thumbs: bool = False) -> Rating:
    """The client pressed so many stars below `request`, which then says so, in place of its buttons."""
    ticket = request.ticket
    now = {
        "score": score,
        "thumbs": thumbs,
        "staff": ticket.assignee,
        "request": request,
        "created_at": change.now,
    }
    rating, _created = Rating.objects.update_or_create(ticket=ticket, defaults=now)
    request.buttons = []
    request.save(update_fields=["buttons"])
    change.record(ticket, Kind.TICKET_RATED, CLIENT, data={"score": score, "thumbs": thumbs}, quietly=True)
    language = ticket.client.language_code.partition("-")[0].lower()
    with translation.override(language if language in LANGUAGES else "en"):
        thanks = _("Thank you! Your rating: %(stars)s") % {"stars": rating.stars}
        more = _("Answer this message if you want to add a word.")
    data: dict[str, object] = {"text": f"{thanks}\n{more}", "entities": []}
    amendment_steps.ask_amendment(change, request, Amendment.Kind.EDIT, data, actor=SYSTEM)
    return rating


def comment(change: Change, request: Message, text: str) -> bool:
    """Whether the client's answer to `request` became the words of a rating that there is."""
    rating = Rating.objects.filter(ticket=request.ticket_id).first()
    if rating is None or not text.strip():
        return False
    rating.comment = "\n".join(part for part in (rating.comment, text) if part)[:LONGEST_COMMENT]
    rating.save(update_fields=["comment"])
    return True


def is_request(message: Message | None) -> bool:
    """Whether the message asks for a rating, or did until it was given."""
    if message is None:
        return False
    asks = any(rating_of(button) is not None for row in message.buttons for button in row)
    return asks or Rating.objects.filter(request=message.pk).exists()
