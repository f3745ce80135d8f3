"""Who a session cookie belongs to, outside Django's own request cycle: for sockets and the upload gate."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from staff.models import User


def user_of_cookies(header: str) -> User | None:
    """The active employee whose session the Cookie `header` names, or None. Reads the database."""
    session_key = parse_cookie(header).get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)  # checks the session's hash too: a changed password ends it
    return user if isinstance(user, User) and user.is_active else None
