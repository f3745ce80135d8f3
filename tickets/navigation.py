"""Where staff can go: the views of the list, each of them an address, and the inboxes.

Drawn on every page for employees (templates/_navigation.html); read only when a whole page is drawn.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import pgettext

from staff.access import employee
from tickets.filters import TicketFilter
from tickets.models import Inbox


@dataclass(frozen=True)
class View:
    """A place in the navigation. Without an `icon` its first letter stands for it; a `count` is shown behind
    its name, unless it is None."""

    name: str
    icon: str
    address: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Navigation:
    views: list[View] = field(default_factory=list)
    inboxes: list[View] = field(default_factory=list)


def navigation(request: HttpRequest) -> Navigation:
    """What the navigation offers to who asks for this page. One query."""
    here = _narrowed_by(request)
    views = [
        _view(pgettext("view", "Mine"), "user-check", here, assignee="me", state="open"),
        _view(pgettext("view", "Unassigned"), "user-question", here, assignee="none", state="open"),
        _view(pgettext("view", "All open"), "inbox", here, state="open"),
        _view(pgettext("view", "Closed"), "circle-check", here, state="closed"),
        _view(pgettext("view", "All tickets"), "stack-2", here),
    ]
    inboxes = [
        _view(inbox.name, "", here, inbox=str(inbox.pk))
        for inbox in Inbox.objects.visible_to(employee(request))
    ]
    # A choice between one is none.
    return Navigation(views, inboxes if len(inboxes) > 1 else [])


def navigation_of_page(request: HttpRequest) -> dict[str, object]:
    """For templates/base.html, which asks only on pages for employees."""
    return {"navigation": SimpleLazyObject(lambda: navigation(request))}


def _view(name: str, icon: str, here: dict[str, str] | None, **query: str) -> View:
    address = reverse("ticket-list")
    return View(name, icon, f"{address}?{urlencode(query)}" if query else address, is_current=query == here)


def _narrowed_by(request: HttpRequest) -> dict[str, str] | None:
    """What the list on this page is narrowed by, whatever its order; None on a page without a list."""
    match = request.resolver_match
    if match is None or match.url_name not in {"ticket-list", "ticket"}:
        return None
    names = TicketFilter.base_filters.keys() - {"ordering"}
    return {name: str(value) for name, value in request.GET.items() if name in names and value}
