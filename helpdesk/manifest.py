"""What a browser needs to install the product as a program of its own (W3C Web Application Manifest)."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

ICONS = [
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
]


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The manifest, in the reader's language. It says nothing secret: browsers fetch it without cookies."""
    name = _("Helpdesk")
    response = JsonResponse(
        {
            "name": name,
            "short_name": name,
            "description": _("Answers to those who write to your Telegram bot."),
            "lang": get_language(),
            "id": reverse("ticket-list"),
            "start_url": reverse("ticket-list"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f8fb",
            "theme_color": "#ffffff",
            "icons": [
                {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for path, sizes, purpose in ICONS
            ],
        },
        content_type="application/manifest+json",
    )
    response["Cache-Control"] = "no-cache"
    return response
