"""A process with an unsafe setting does not start, and says which setting it was."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
# What examples and tutorials ship; nobody's secret.
DEFAULT_SECRETS = {"", "change-me", "changeme", "secret", "insecure", "please-change-me"}
SHORTEST_SECRET = 32


def refuse_unsafe(*, secret_key: str, debug: bool, allowed_hosts: list[str], database_url: str) -> None:
    """Returns when the settings are fit to serve with; raises ImproperlyConfigured naming the unfit one."""
    if not database_url:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. Give it a PostgreSQL address such as "
            "postgres://user:password@host:5432/name, or start everything with `make run`."
        )
    if not database_url.startswith(("postgres://", "postgresql://", "pgsql://")):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database: it is the only one supported."
        )
    if secret_key.strip().lower() in DEFAULT_SECRETS or secret_key.startswith("django-insecure"):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set, or still the example's. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    if len(secret_key) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"SECRET_KEY is too short: it needs at least {SHORTEST_SECRET} characters."
        )
    public = [
        host for host in allowed_hosts if host not in LOOPBACK_HOSTS and not host.endswith(".localhost")
    ]
    if debug and public:
        raise ImproperlyConfigured(
            f"DEBUG is on while ALLOWED_HOSTS names a public host ({', '.join(public)}). "
            "Turn DEBUG off: its error pages show secrets."
        )


def time_zone(name: str) -> str:
    """The name of a time zone that this machine knows; raises ImproperlyConfigured for any other."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"TIME_ZONE is “{name}”, which is no time zone. Give it a name such as Europe/Moscow, or UTC."
        ) from None
