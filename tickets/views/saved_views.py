"""The pages of saved views, and the navigation by itself."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.access import employee, staff_required
from tickets import saved_views
from tickets.errors import OperationRefused
from tickets.models import SavedView
from tickets.navigation import filters_in, navigation
from tickets.querysets import ticket_number


@require_safe
@staff_required
def navigation_views(request: HttpRequest) -> HttpResponseBase:
    """The part of the navigation that changes by itself: its counts."""
    page = request.headers.get("HX-Current-URL", "")
    response = render(request, "_navigation_views.html", {"navigation": navigation(request, page)})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def views(request: HttpRequest) -> HttpResponseBase:
    """All that one may use; a POST saves another."""
    staff = employee(request)
    if request.method == "POST":
        return _save(request)
    usable = saved_views.usable_views(staff)
    kept = {view.pk for view in saved_views.kept_by(staff, usable)}
    return render(
        request, "tickets/saved_views.html", {"views": [(view, view.pk in kept) for view in usable]}
    )


@require_POST
@staff_required
def change(request: HttpRequest, view_id: int) -> HttpResponseBase:
    """`act` is rename (with a `name`), up, down or delete."""
    staff = employee(request)
    view = get_object_or_404(SavedView.objects.filter(SavedView.usable_by(staff)).distinct(), pk=view_id)
    acts: dict[str, Callable[[], None]] = {
        "rename": lambda: saved_views.rename_view(view, staff=staff, name=request.POST.get("name", "")),
        "up": lambda: saved_views.move_view(view, staff=staff, up=True),
        "down": lambda: saved_views.move_view(view, staff=staff, up=False),
        "delete": lambda: saved_views.delete_view(view, staff=staff),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponse(status=400)
    try:
        act()
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("saved-views")


def _save(request: HttpRequest) -> HttpResponseRedirect:
    filters = filters_in(QueryDict(request.POST.get("query", "").removeprefix("?")))
    audience, _comma, team = request.POST.get("audience", "").partition(":")
    try:
        view = saved_views.save_view(
            employee(request),
            name=request.POST.get("name", ""),
            filters=filters,
            audience=audience,
            team=ticket_number(team),
        )
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
    query = QueryDict(mutable=True)
    for name, value in filters.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return HttpResponseRedirect(f"{reverse('ticket-list')}?{query.urlencode()}")
