"""The ticket list: one address gives the page, and to scripts the part of it that they ask for."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from staff.access import staff_required
from tickets.navigation import navigation
from tickets.views.list_pane import list_pane, query_of, selected_on

# The element that htmx wants to replace, and what replaces it.
PARTS = {
    "inbox": "tickets/_list.html",
    "list-pane": "tickets/_list_pane.html",
    "ticket-pane": "tickets/_no_ticket.html",
    "workspace": "tickets/_workspace.html",
}
# Those that close the ticket which is open.
CLOSING = frozenset({"ticket-pane", "workspace"})


@require_safe
@staff_required
def ticket_list(request: HttpRequest) -> HttpResponseBase:
    target = request.headers.get("HX-Target", "")
    # On a page where a ticket is open, a filter changes the list and leaves the ticket where it is.
    selected = None if target in CLOSING else selected_on(request)
    context = list_pane(request, request.GET, selected=selected)
    if context["cursor"].backwards and not context["page"].previous:
        # Back at the beginning: the first page has no cursor, so that what is new appears on it.
        return _uncached(HttpResponseRedirect(context["address"]))
    response = _uncached(render(request, _template(request, target), context))
    if "X-Navigation" in request.headers:
        # One question for both: what changes a list mostly changes a count.
        page = request.headers.get("HX-Current-URL", "")
        counts = render_to_string(
            "_navigation_views.html", {"navigation": navigation(request, page)}, request
        )
        response.content += f"<!-- navigation -->{counts}".encode()
    if target == "inbox":
        _name_address(request, response, context)
    return response


def _template(request: HttpRequest, target: str) -> str:
    if "HX-Request" not in request.headers:
        return "tickets/workspace.html"
    return PARTS.get(target, PARTS["inbox"])


def _name_address(request: HttpRequest, response: HttpResponse, context: dict[str, Any]) -> None:
    """To htmx: the address that the page has now, with what was understood and nothing empty."""
    address = context["pushed_address"]
    if context["selected"] is not None:
        address = reverse("ticket", args=[context["selected"]]) + query_of(context["chosen"])
    now = urlsplit(request.headers.get("HX-Current-URL", ""))
    if address != now._replace(scheme="", netloc="", fragment="").geturl():  # no second entry for one place
        response["HX-Push-Url"] = address


def _uncached(response: Any) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request", "HX-Target", "HX-Current-URL"])
    response["Cache-Control"] = "no-store"  # "back" must show neither yesterday's list nor a mere part
    return response  # type: ignore[no-any-return]
