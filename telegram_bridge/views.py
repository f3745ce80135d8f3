"""How the bots are, for every employee: a page that refreshes its part by itself."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from staff.access import staff_required
from telegram_bridge import bot_states


@require_safe
@staff_required
def bot_list(request: HttpRequest) -> HttpResponseBase:
    template = (
        "telegram_bridge/_bots.html" if "HX-Request" in request.headers else "telegram_bridge/bots.html"
    )
    response = render(request, template, {"reports": bot_states.reports(timezone.now())})
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response
