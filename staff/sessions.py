"""Who a session cookie belongs to, outside Django's own request cycle: for sockets and the upload gate."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from staff.models import User


def session_of_cookies(header: str) -> str:
    """The session key in the Cookie `header`, or an empty text."""
    return parse_cookie(header).get(settings.SESSION_COOKIE_NAME, "")


def living(session_keys: set[str]) -> set[str]:
    """Those of `session_keys` that nobody signed out of and that have not expired; one query."""
    alive = Session.objects.filter(pk__in=session_keys, expire_date__gt=timezone.now())
    return set(alive.values_list("pk", flat=True))


def user_of_cookies(header: str) -> User | None:
    """The active employee whose session the Cookie `header` names, or None. Reads the database."""
    session_key = session_of_cookies(header)
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)  # checks the session's hash too: a changed password ends it
    return user if isinstance(user, User) and user.is_active else None
