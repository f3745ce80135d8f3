"""Where Telegram finds us: the address of a bot's webhook, and why there can't be one."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _

WEBHOOK_PATH = "telegram/webhook/"  # and the bot's Telegram id
# https://core.telegram.org/bots/api#setwebhook
PORTS = {None, 443, 80, 88, 8443}
OFFICIAL = "https://api.telegram.org"


def webhook_address(telegram_id: int) -> str:
    """What Telegram is told; a path for each bot. It works if `why_no_webhook` has nothing to say."""
    return f"{settings.PUBLIC_URL}/{WEBHOOK_PATH}{telegram_id}/"


def why_no_webhook() -> str:
    """What keeps Telegram from reaching this server, as a sentence for administrators; empty when nothing
    does that can be seen from here."""
    if not settings.PUBLIC_URL:
        return _(
            "A webhook needs a public https address. Set PUBLIC_URL, for example https://helpdesk.example.com."
        )
    try:
        parts = urlsplit(settings.PUBLIC_URL)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        return _("PUBLIC_URL is no address such as https://helpdesk.example.com.")
    hosts = settings.ALLOWED_HOSTS
    if not validate_host(parts.hostname, hosts):
        return _("PUBLIC_URL names a host that is not in ALLOWED_HOSTS; add it there.")
    if settings.TELEGRAM_API_URL == OFFICIAL:
        # An own Bot API server may take other addresses, and says itself what it doesn't take.
        if parts.scheme != "https":
            return _("A webhook needs https; PUBLIC_URL begins with http.")
        if port not in PORTS:
            return _("Telegram reaches webhooks at the ports 443, 80, 88 and 8443 only; change PUBLIC_URL.")
    return ""
