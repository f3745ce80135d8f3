"""The bell's list, and what each employee wants to be told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff.access import employee, staff_required
from tickets import notifications
from tickets.notification_forms import NotificationSettingsForm
from tickets.querysets import ticket_number
from tickets.views.answers import done

SHOWN = 30


@require_safe
@staff_required
def notification_list(request: HttpRequest) -> HttpResponseBase:
    """The newest first, `before` an id the earlier ones; to a script the list alone."""
    below = ticket_number(request.GET.get("before", ""))
    rows = notifications.listed(employee(request), below=below, size=SHOWN + 1)
    context = {
        "notifications": [
            {
                "row": row,
                "title": notifications.title_of(row),
                "text": notifications.text_of(row),
                "address": notifications.address_of(row),
                "icon": notifications.ICONS[notifications.Kind(row.kind)],
            }
            for row in rows[:SHOWN]
        ],
        "earlier": rows[SHOWN - 1].pk if len(rows) > SHOWN else None,
        "is_first": below is None,
    }
    alone = "HX-Request" in request.headers
    template = "tickets/_notifications.html" if alone else "tickets/notifications.html"
    response: HttpResponse = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_required
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Everything is read."""
    notifications.read_all(employee(request))
    return done(request, "/notifications/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def settings(request: HttpRequest) -> HttpResponseBase:
    """Sound, desktop, which events, quiet hours."""
    wanted = notifications.settings_of(employee(request))
    form = NotificationSettingsForm(request.POST or None, instance=wanted)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("notification-settings")
    context = {"form": form, "time_zone": timezone.get_current_timezone_name()}
    return render(request, "tickets/notification_settings.html", context)
