"""Who may ask, and how a page's form is answered: a script gets JSON, a browser without scripts a page."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from staff.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_only(view: View[P]) -> View[P]:
    """Lets only signed-in, active employees in. A script is told so (401), a person is asked to sign in."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_active:
            return view(request, *args, **kwargs)
        if from_script(request):
            words = _("You are signed out. Sign in and try again; what you wrote is kept.")
            return refusal_json(words, status=HTTPStatus.UNAUTHORIZED)
        return redirect_to_login(request.get_full_path() if request.method != "POST" else "/tickets/")

    return checked


def employee(request: HttpRequest) -> User:
    """Who asks; behind `staff_only`."""
    return cast(User, request.user)


def from_script(request: HttpRequest) -> bool:
    """Whether one of our scripts (or htmx) asks, rather than the browser itself."""
    return "HX-Request" in request.headers or "application/json" in request.headers.get("Accept", "")


def refusal_json(words: str, *, status: int = HTTPStatus.CONFLICT, **more: Any) -> JsonResponse:
    return JsonResponse({"ok": False, "error": words, **more}, status=status)


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
