"""How the bots are, for every employee: pages that refresh their part by themselves."""

import mimetypes
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from staff.access import staff_required
from telegram_bridge import bot_reports
from telegram_bridge.models import Bot
from telegram_bridge.public_address import webhook_address, why_no_webhook
from tickets.file_responses import file_response
from tickets.models import Client

PART = "telegram_bridge/_bots.html"


@require_safe
@staff_required
def bot_list(request: HttpRequest) -> HttpResponseBase:
    return show_list(request)


def show_list(request: HttpRequest, **more: Any) -> HttpResponseBase:
    """The page of all bots, or for htmx the part that refreshes."""
    template = PART if "HX-Request" in request.headers else "telegram_bridge/bots.html"
    return _fresh(request, template, _about(bot_reports.reports(timezone.now())) | more)


@require_safe
@staff_required
@permission_required("telegram_bridge.change_bot", raise_exception=True)
def bot(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    """One bot, and what can be changed of it."""
    reports = bot_reports.reports(timezone.now(), only=bot_id)
    if not reports:
        raise Http404(_("There is no such bot (any more)."))
    shown = reports[0].bot
    context = _about(reports) | {"bot": shown, "alone": True}
    if "HX-Request" in request.headers:
        return _fresh(request, PART, context)
    context |= {
        "address": webhook_address(shown.telegram_id),
        "no_webhook": why_no_webhook(),
        "has_clients": Client.objects.filter(inbox=shown.inbox_id).exists(),
    }
    return _fresh(request, "telegram_bridge/bot.html", context)


@require_safe
@staff_required
def picture(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    shown = get_object_or_404(Bot, pk=bot_id)
    if not shown.avatar:
        raise Http404
    content_type = mimetypes.guess_type(shown.avatar.path)[0] or "application/octet-stream"
    try:
        return file_response(
            request, path=shown.avatar.path, name=f"{shown}.jpg", content_type=content_type, inline=True
        )
    except FileNotFoundError:
        raise Http404 from None


def _about(reports: list[bot_reports.BotReport]) -> dict[str, Any]:
    return {"reports": reports, "changing": any(report.is_changing for report in reports)}


def _fresh(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponseBase:
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response
