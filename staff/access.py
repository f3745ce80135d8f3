"""The door of every staff page: only signed-in, active employees come in."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from staff.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_required(view: View[P]) -> View[P]:
    """Lets only active employees in; anybody else is asked to sign in, and comes back afterwards. A script is
    told so (401)."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_active:
            return view(request, *args, **kwargs)
        if "application/json" in request.headers.get("Accept", ""):
            words = _("You are signed out. Sign in and try again; what you wrote is kept.")
            return JsonResponse({"ok": False, "error": words}, status=HTTPStatus.UNAUTHORIZED)
        if "HX-Request" in request.headers:
            # A part of a page can't be a sign-in form: htmx is told to leave for it as a whole.
            return HttpResponse(
                status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": resolve_url("account_login")}
            )
        return redirect_to_login(
            request.get_full_path() if request.method in {"GET", "HEAD"} else "/tickets/"
        )

    return checked


def permission_required(permission: str) -> Callable[[View[P]], View[P]]:
    """Behind `staff_required`: lets only those in whose role has `permission` (staff/roles.py); others
    are told so in words (403)."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.user.has_perm(permission):
                return view(request, *args, **kwargs)
            words = _("Your role doesn’t allow this. An administrator can change it.")
            if "application/json" in request.headers.get("Accept", ""):
                return JsonResponse({"ok": False, "error": words}, status=HTTPStatus.FORBIDDEN)
            raise PermissionDenied(words)

        return checked

    return decorate


def employee(request: HttpRequest) -> User:
    """Who asks; behind `staff_required`."""
    return cast(User, request.user)
