"""An employee's browser for the flow tests: a window of its own, signed in."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client as Session

from staff.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def window_of(browser: "Browser", user: User, url: str, **options: object) -> "Page":
    """A page in a new window that `user` is signed in with at the server `url`."""
    session = Session()
    session.force_login(user)
    key = session.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=url, **{"locale": "en-US", **options})  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])
    return context.new_page()


def errors_of(page: "Page") -> list[str]:
    """Collects what goes wrong in the page's scripts, and what the Content-Security-Policy stopped."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
    return errors
