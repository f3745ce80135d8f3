"""Each page in its reader's language and time zone, and each change in their name."""

import zoneinfo
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from staff import audit

TIME_ZONE_COOKIE = "time_zone"  # what static/js/time_zone.js says: the browser's own


class PreferencesMiddleware:
    """After LocaleMiddleware, whose guess (the browser's language) stands for whoever has chosen none.

    The time zone is the chosen one, else the browser's, else the server's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        chosen = getattr(request.user, "time_zone", "")
        with (
            audit.acting(request),
            timezone.override(zone_of(chosen, request.COOKIES.get(TIME_ZONE_COOKIE, ""))),
        ):
            return self.get_response(request)


def zone_of(*names: str) -> zoneinfo.ZoneInfo:
    """The first of `names` that is a zone, or the server's. One that this machine's data doesn't know (any
    more), or that somebody wrote into the cookie, must not lock its owner out."""
    for name in (*names, settings.TIME_ZONE):
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder's name, or too long
            continue
    return zoneinfo.ZoneInfo("UTC")
