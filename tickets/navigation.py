"""Where staff can go: the views of the list, each of them an address, saved views, and the inboxes.

Drawn on every page for employees (templates/_navigation.html), and again by itself when something changed.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import pgettext

from staff.access import employee
from staff.models import User
from tickets import notifications
from tickets.counting import CountOf
from tickets.filters import Chosen, TicketFilter
from tickets.models import Inbox, SavedView, Ticket
from tickets.reading import MOST_UNREAD


@dataclass(frozen=True)
class View:
    """A place in the navigation. Without an `icon` its first letter stands for it; the `count` of its unread
    tickets is shown behind its name, unless there are none."""

    name: str
    icon: str
    address: str
    is_current: bool
    count: int = 0

    @property
    def many(self) -> bool:
        return self.count >= MOST_UNREAD


@dataclass(frozen=True)
class Navigation:
    views: list[View] = field(default_factory=list)
    saved: list[View] = field(default_factory=list)
    inboxes: list[View] = field(default_factory=list)
    # What the bell has to tell.
    told: int = 0
    # Whether the page has the list beside it, which the views then change in place.
    on_workspace: bool = False
    on_bell: bool = False


def navigation(request: HttpRequest, page: str = "") -> Navigation:
    """What the navigation offers on this page, or on the one whose address is `page`. Three queries."""
    staff, here = employee(request), _narrowed_by(request, page)
    counts = unread_counts(staff)
    views = [
        _view(pgettext("view", "Mine"), "user-check", here, counts["mine"], assignee="me", state="open"),
        _view(
            pgettext("view", "Unassigned"),
            "user-question",
            here,
            counts["unassigned"],
            assignee="none",
            state="open",
        ),
        _view(pgettext("view", "All open"), "inbox", here, counts["open"], state="open"),
        _view(pgettext("view", "Mentions"), "quote", here, counts["mentioned"], mentioned="1"),
        _view(pgettext("view", "Snoozed"), "clock", here, state="snoozed"),
        _view(pgettext("view", "Closed"), "circle-check", here, state="closed"),
        _view(pgettext("view", "All tickets"), "stack-2", here),
    ]
    names = TicketFilter.base_filters
    saved = [
        # The database keeps no order of names.
        _view(
            view.name, "filter", here, **{name: view.filters[name] for name in names if name in view.filters}
        )
        for view in SavedView.objects.filter(SavedView.usable_by(staff)).distinct()
    ]
    theirs = _unread(staff).filter(inbox=OuterRef("pk"))
    inboxes = [
        _view(name, "", here, unread, inbox=str(pk))
        for pk, name, unread in Inbox.objects.visible_to(staff).values_list("pk", "name", _count(theirs))
    ]
    # A choice between one is none.
    return Navigation(
        views,
        saved,
        inboxes if len(inboxes) > 1 else [],
        told=counts["told"],
        on_workspace=here is not None,
        on_bell=(urlsplit(page).path if page else request.path) == reverse("notifications"),
    )


def navigation_of_page(request: HttpRequest) -> dict[str, object]:
    """For templates/base.html, which asks only on pages for employees."""
    return {"navigation": SimpleLazyObject(lambda: navigation(request))}


def unread_counts(staff: User) -> dict[str, int]:
    """How many active tickets are unread in each view, and notifications, up to MOST_UNREAD; one query.

    Each count walks a partial index of what is not closed, and stops at the bound.
    """
    unread = _unread(staff)
    counts: dict[str, int] = User.objects.filter(pk=staff.pk).values(
        mine=_count(unread.assigned_to(staff)),
        unassigned=_count(unread.unassigned()),
        open=_count(unread),
        mentioned=_count(unread.mentioning(staff)),
        told=CountOf(notifications.unread(staff)),
    )[0]
    return counts


def _unread(staff: User) -> Any:
    return Ticket.objects.visible_to(staff).active().unread_by(staff)


def _count(tickets: QuerySet[Ticket]) -> CountOf:
    return CountOf(tickets.order_by().values("pk")[:MOST_UNREAD])


def _view(name: str, icon: str, here: Chosen | None, count: int = 0, /, **query: str | list[str]) -> View:
    address = reverse("ticket-list")
    narrowed = {key: value for key, value in query.items() if key != "ordering"}
    return View(
        name,
        icon,
        f"{address}?{urlencode(query, doseq=True)}" if query else address,
        is_current=narrowed == here,
        count=count,
    )


def _in_order(filters: Chosen) -> Chosen:
    """As the address of the list has them; the database keeps no order of names."""
    return {name: filters[name] for name in TicketFilter.base_filters if name in filters}


def filters_in(query: QueryDict) -> Chosen:
    """The filters that an address names, whether or not they make sense."""
    return {
        name: values if name in {"tag", "priority"} else values[-1]
        for name in TicketFilter.base_filters
        if (values := [value for value in query.getlist(name) if value])
    }


def _narrowed_by(request: HttpRequest, page: str) -> Chosen | None:
    """What the list on the page is narrowed by, whatever its order; None on a page without a list."""
    match, query = request.resolver_match, request.GET
    if page:
        try:
            parts = urlsplit(page)
            match, query = resolve(parts.path), QueryDict(parts.query)
        except (Resolver404, ValueError):
            return None
    if match is None or match.url_name not in {"ticket-list", "ticket"}:
        return None
    return {name: value for name, value in filters_in(query).items() if name != "ordering"}
