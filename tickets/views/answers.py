"""How a page's form is answered: a script gets JSON, a browser without scripts a page."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from tickets.models import Message


def from_script(request: HttpRequest) -> bool:
    """Whether one of our scripts (or htmx) asks, rather than the browser itself."""
    return "HX-Request" in request.headers or "application/json" in request.headers.get("Accept", "")


def refusal_json(words: str, *, status: int = HTTPStatus.CONFLICT, **more: Any) -> JsonResponse:
    return JsonResponse({"ok": False, "error": words, **more}, status=status)


def address_of(message: Message) -> str:
    """Where the message is seen among those around it."""
    return f"{reverse('ticket', args=[message.ticket_id])}?through={message.seq}#message-{message.pk}"


def done(request: HttpRequest, address: str, **more: Any) -> HttpResponse:
    """The change was made: JSON for a script, otherwise back to the page."""
    if from_script(request):
        return JsonResponse({"ok": True, **more})
    return redirect(address)


def refused(
    request: HttpRequest, address: str, words: str, *, status: int = HTTPStatus.CONFLICT
) -> HttpResponse:
    """The change was not made: `words` as JSON for a script, otherwise on the page."""
    if from_script(request):
        return refusal_json(words, status=status)
    messages.error(request, words)
    return redirect(address)
