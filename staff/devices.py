"""Where an employee is signed in, and the end of it: allauth's records beside Django's sessions."""

from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from staff.models import User
from staff.sessions import living

# Sent with `user` when sessions of theirs were ended by hand: their open pages are to be shown out.
sessions_ended = Signal()

# What a browser calls itself by, the most telling first: all of them claim to be several.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def devices(user: User, current: str) -> list[dict[str, Any]]:
    """Their living sessions, the newest first; `current` is the key of the one that asks."""
    rows = list(UserSession.objects.filter(user=user).order_by("-created_at"))
    alive = living({row.session_key for row in rows})
    return [
        {"row": row, "name": named(row.user_agent), "is_current": row.session_key == current}
        for row in rows
        if row.session_key in alive
    ]


def end(user: User, *, but: str = "", only: int | None = None) -> int:
    """Signs `user` out everywhere, except in the session `but`, or in that of one record; in how many."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=but)
    rows = rows.filter(pk=only) if only is not None else rows
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    ended = list(rows)
    for row in ended:
        store.delete(row.session_key)
        row.delete()
    if ended:
        sessions_ended.send(sender=User, user=user)
    return len(ended)


def end_of_leaver(instance: User, created: bool, **kwargs: Any) -> None:
    """A receiver of `post_save` of employees: who is deactivated is signed in nowhere."""
    if not created and not instance.is_active:
        transaction.on_commit(lambda: _end_all(instance))


def _end_all(user: User) -> None:
    end(user)


def named(user_agent: str) -> str:
    """ "Chrome, Windows"; what it calls itself when we know neither."""
    parts = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in parts if part) or user_agent[:60] or _("Unknown device")
