"""An employee's own pages, what stands where allauth would send e-mail (links come from administrators), and
the audit."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from staff import audit_words, devices
from staff.access import employee, permission_required, staff_required
from staff.forms import ProfileForm
from staff.models import AuditEntry, User
from staff.roles import VIEW_AUDIT
from staff.ways_back import way_back

ENTRIES_SHOWN = 50
MOST_DIGITS = 19  # of an id


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def profile(request: HttpRequest) -> HttpResponseBase:
    user = employee(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        # The answer already speaks the language that was chosen.
        with translation.override(user.language or translation.get_language_from_request(request)):
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "staff/profile.html", {"form": form})


@require_safe
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """No e-mail is sent by this product: an administrator makes a link."""
    return render(request, "staff/forgotten_password.html")


@require_POST
@staff_required
def availability(request: HttpRequest) -> HttpResponseBase:
    """Online, away or off: told by `availability`."""
    staff, asked = employee(request), request.POST.get("availability", "")
    wanted = asked in User.Availability.values
    if wanted:
        staff.availability = asked
        staff.save(update_fields=["availability"])
    if "application/json" in request.headers.get("Accept", ""):
        status = HTTPStatus.OK if wanted else HTTPStatus.BAD_REQUEST
        return JsonResponse({"ok": wanted, "availability": staff.availability}, status=status)
    return redirect(way_back(request, otherwise="profile"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in; a POST ends one (`session`), or all others."""
    staff, current = employee(request), request.session.session_key or ""
    if request.method == "POST":
        only = request.POST.get("session", "")
        one = int(only) if only.isdecimal() and len(only) < MOST_DIGITS else None
        ended = 0 if only and one is None else devices.end(staff, but=current, only=one)
        words = _("Signed out there.") if ended else _("You were signed out there already.")
        messages.success(request, words)
        return redirect("sessions")
    return render(request, "staff/sessions.html", {"devices": devices.devices(staff, current)})


@require_safe
@staff_required
@permission_required(VIEW_AUDIT)
def audit_page(request: HttpRequest) -> HttpResponseBase:
    """Who changed which setting, newest first; of one kind of thing (`kind`) or of one person (`who`)."""
    entries = AuditEntry.objects.select_related("actor")
    kind, who, before = (request.GET.get(name, "") for name in ("kind", "who", "before"))
    if kind in audit_words.kinds():
        entries = entries.filter(object_type=kind)
    if who.isdecimal() and len(who) < MOST_DIGITS:
        entries = entries.filter(actor=int(who))
    if before.isdecimal() and len(before) < MOST_DIGITS:
        entries = entries.filter(pk__lt=int(before))
    shown = list(entries[: ENTRIES_SHOWN + 1])
    context = {
        "entries": [(entry, audit_words.changes_of(entry)) for entry in shown[:ENTRIES_SHOWN]],
        "earlier": shown[ENTRIES_SHOWN - 1].pk if len(shown) > ENTRIES_SHOWN else None,
        "kinds": sorted(audit_words.kinds().items(), key=lambda one: one[1]),
        "kind": kind,
        "people": User.objects.by_name(),
        "who": who,
    }
    return render(request, "staff/audit.html", context)
