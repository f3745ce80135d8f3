"""The people pages, for who manages people: who works here, in which role, who was invited; and joining."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.db.models import Avg, Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from staff import devices, invitations
from staff.access import employee, permission_required, staff_required
from staff.links import DAYS_VALID, password_link
from staff.models import Invitation, User
from staff.people_forms import InvitationForm, JoinForm, PersonForm
from staff.roles import MANAGE_PEOPLE, Role


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponseBase:
    """Everybody who works or worked here, and invitations that wait; a POST invites."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _made, token = invitations.invite(
            name=form.cleaned_data["name"],
            email="",
            role=Role(form.cleaned_data["role"]),
            by=employee(request),
        )
        address = request.build_absolute_uri(reverse("join", args=[token]))
        words = _("Send this link to the person. It lets one person in, once, within %(days)s days:")
        words = words % {"days": invitations.DAYS_VALID}
        messages.success(request, format_html('{} <code class="password-link">{}</code>', words, address))
        return redirect("people")
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = User.objects.by_name().prefetch_related("groups", "teams")
    for word in asked.split():
        named = Q(first_name__icontains=word) | Q(last_name__icontains=word)
        found = found.filter(named | Q(username__icontains=word) | Q(email__icontains=word))
    context = {
        "form": form,
        "people": found.order_by("-is_active", *found.query.order_by),
        "asked": asked,
        "invitations": invitations.usable().select_related("invited_by"),
    }
    return render(request, "staff/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(MANAGE_PEOPLE)
def person(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Who somebody is here: name, role, what they see, their teams and inboxes."""
    who = get_object_or_404(User, pk=user_id)
    form = PersonForm(request.POST or None, instance=who, editor=employee(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("people")
    shown = get_object_or_404(User, pk=user_id)
    # Ratings are of the room above, which calls its side of the tie so.
    rated: Any = shown.ratings.aggregate(average=Avg("score"), number=Count("pk"))
    context = {"who": shown, "form": form, "rated": rated}
    return render(request, "staff/person.html", context)


@require_POST
@staff_required
@permission_required(MANAGE_PEOPLE)
def act(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """`act`: deactivate, activate, link (to choose a password) or sign-out (everywhere)."""
    who = get_object_or_404(User, pk=user_id)
    asked = request.POST.get("act")
    if asked == "deactivate" and who == employee(request):
        messages.error(request, _("You can't deactivate your own account."))
    elif asked in {"deactivate", "activate"}:
        who.is_active = asked == "activate"
        who.save(update_fields=["is_active"])
        done = _("Activated.") if who.is_active else None
        words = done or _("Deactivated. Their open tickets are nobody’s in a moment.")
        messages.success(request, words)
    elif asked == "link":
        words = _("%(name)s chooses a password here (once, within %(days)s days; shown only now):")
        words = words % {"name": who.name, "days": DAYS_VALID}
        address = request.build_absolute_uri(password_link(who))
        messages.success(request, format_html('{} <code class="password-link">{}</code>', words, address))
    elif asked == "sign-out":
        devices.end(who, but=request.session.session_key or "")
        messages.success(request, _("%(name)s is signed out everywhere.") % {"name": who.name})
    return redirect("person", user_id)


@require_POST
@staff_required
@permission_required(MANAGE_PEOPLE)
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    invitations.withdraw(get_object_or_404(Invitation, pk=invitation_id))
    messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    return redirect("people")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page behind the link. A link that no longer works says so to anybody, and nothing else."""
    found = invitations.find(token)
    if found is None:
        return render(request, "staff/join_closed.html", status=404)
    first, _space, last = found.name.partition(" ")
    form = JoinForm(request.POST or None, initial={"first_name": first, "last_name": last})
    if request.method != "POST" or not form.is_valid():
        return render(request, "staff/join.html", {"form": form, "invitation": found})
    user = invitations.accept(token, form.save(commit=False), form.cleaned_data["password"])
    if user is None:
        return render(request, "staff/join_closed.html", status=404)
    login = Login(user=user, redirect_url=reverse("ticket-list"))
    response: HttpResponse = perform_login(request, login)
    return response
