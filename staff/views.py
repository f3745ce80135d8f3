"""An employee's own page, and what stands where allauth would send e-mail: links come from administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from staff.access import employee, staff_required
from staff.forms import ProfileForm


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
