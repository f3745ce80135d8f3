"""The page of working hours: one form for each inbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules.hours import HoursForm
from rules.models import WorkingHours
from staff.access import employee, permission_required, staff_required
from staff.roles import MANAGE_DESK
from tickets.models import Inbox


@require_safe
@staff_required
@permission_required(MANAGE_DESK)
def inboxes(request: HttpRequest) -> HttpResponseBase:
    """The inboxes, and whether each is answered now."""
    visible = Inbox.objects.visible_to(employee(request)).select_related("working_hours")
    now = timezone.now()
    rows = [(one, getattr(one, "working_hours", None)) for one in visible]
    context = {"rows": [(one, hours, hours.hold_at(now) if hours else True) for one, hours in rows]}
    return render(request, "rules/hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(MANAGE_DESK)
def hours(request: HttpRequest, inbox_id: int) -> HttpResponseBase:
    inbox = get_object_or_404(Inbox.objects.visible_to(employee(request)), pk=inbox_id)
    known = WorkingHours.objects.filter(inbox=inbox).first()
    zone = timezone.get_current_timezone_name()
    form = HoursForm(request.POST or None, hours=known or WorkingHours(inbox=inbox, time_zone=zone))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("working-hours")
    return render(request, "rules/hours_of_inbox.html", {"inbox": inbox, "form": form, "known": known})


@require_POST
@staff_required
@permission_required(MANAGE_DESK)
def forget(request: HttpRequest, inbox_id: int) -> HttpResponseBase:
    """Answered always, as without hours."""
    inbox = get_object_or_404(Inbox.objects.visible_to(employee(request)), pk=inbox_id)
    for known in WorkingHours.objects.filter(inbox=inbox):
        known.delete()
    return redirect("working-hours")
