"""What every figure is measured on: durable servers of this run alone, the product's processes, staff."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from embedded import ports, throwaway
from embedded.processes import Child

if TYPE_CHECKING:
    from staff.models import User

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Stage:
    """Servers are up and the database is migrated; processes start as a figure needs them."""

    folder: Path
    env: dict[str, str]
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, *command: str, **env: str) -> Child:
        child = Child(
            name, [sys.executable, *command], log=self.folder / f"{name}.log", env=self.env | env, cwd=ROOT
        )
        child.start()
        self.running.append(child)
        return child

    def web(self) -> tuple[Child, str]:
        """The product's web process and its address."""
        return self._server("web", "helpdesk.server")

    def floor(self, **env: str) -> tuple[Child, str]:
        return self._server("floor", "bench.floor", **env)

    def _server(self, name: str, module: str, **env: str) -> tuple[Child, str]:
        port = ports.any_free()
        child = self.start(name, "-m", module, "--port", str(port), **env)
        child.wait_until(lambda: ports.answers(port), seconds=30)
        return child, f"http://127.0.0.1:{port}"

    def bot(self, api_url: str, token: str) -> Child:
        child = self.start("bot", "manage.py", "runbot", TELEGRAM_API_URL=api_url, TELEGRAM_BOT_TOKEN=token)
        child.wait_until(lambda: "Ready" in child.output(), seconds=30)
        return child

    def stop(self, *children: Child) -> None:
        for child in children or tuple(reversed(self.running)):
            child.stop()
            self.running.remove(child)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Starts the servers (fsync on, as in production), migrates, and joins the product with this process."""
    with throwaway.servers(durable=True) as (folder, postgres, valkey):
        os.environ.update(
            DJANGO_SETTINGS_MODULE="helpdesk.settings",
            SECRET_KEY=secrets.token_urlsafe(50),
            DATABASE_URL=postgres.url,
            REDIS_URL=valkey.url,
            ALLOWED_HOSTS="127.0.0.1",
            STATE_DIR=str(folder / "state"),
            MEDIA_ROOT=str(folder / "media"),
            PYTHONUNBUFFERED="1",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        made = Stage(folder, dict(os.environ))
        try:
            yield made
        except BaseException:
            for child in made.running:
                print(f"{child.name}:{child.said(25)}")
            raise
        finally:
            made.stop()


def employee(username: str) -> tuple["User", dict[str, str]]:
    """An employee and the cookies of their session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from staff.models import User

    user, _created = User.objects.get_or_create(username=username)
    session: Any = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    csrf = secrets.token_hex(16)
    return user, {settings.SESSION_COOKIE_NAME: session.session_key, settings.CSRF_COOKIE_NAME: csrf}


def signed_in(base_url: str, cookies: dict[str, str]) -> httpx.AsyncClient:
    """A client with the session's cookies that passes the CSRF check."""
    headers = {"X-CSRFToken": cookies["csrftoken"], "Accept": "application/json", "Origin": base_url}
    return httpx.AsyncClient(base_url=base_url, cookies=cookies, headers=headers, timeout=120)


def cookie_header(cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
