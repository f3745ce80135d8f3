"""What administrators do on the pages about bots. A token goes in and never comes out again.

Telegram is asked first, with no transaction open; only what it has confirmed is written.
"""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from staff.access import staff_required
from telegram_bridge import bot_changes, bot_questions, sealed_tokens
from telegram_bridge.bots import readable_token
from telegram_bridge.models import Bot
from telegram_bridge.views import show_list
from tickets.errors import OperationRefused


@sensitive_post_parameters()
@require_POST
@staff_required
@permission_required("telegram_bridge.add_bot", raise_exception=True)
def add(request: HttpRequest) -> HttpResponseBase:
    token = request.POST.get("token", "").strip()
    try:
        known = Bot.objects.filter(telegram_id=bot_changes.id_in(token)).first()
        user = bot_questions.who_is(token)
        if known is not None:
            return _known(request, known, token)
        bot = bot_changes.add(token, user)
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("bot-list")
    messages.success(request, _("%(bot)s is here. It begins to receive in a moment.") % {"bot": bot})
    return redirect("bot-list")


def _known(request: HttpRequest, bot: Bot, token: str) -> HttpResponseBase:
    """Offers to replace the token of a bot that is here; the new one goes along unreadable."""
    if readable_token(bot) == token:
        messages.info(request, _("%(bot)s is here already, with this very token.") % {"bot": bot})
        return redirect("bot-list")
    return show_list(request, known=bot, sealed=sealed_tokens.seal(token))


@sensitive_post_parameters()
@require_POST
@staff_required
@permission_required("telegram_bridge.change_bot", raise_exception=True)
def token(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    bot = get_object_or_404(Bot, pk=bot_id)
    try:
        sealed = request.POST.get("sealed", "")
        entered = sealed_tokens.open_sealed(sealed) if sealed else request.POST.get("token", "").strip()
        bot_changes.require_same_bot(bot, entered)
        bot_questions.who_is(entered)
        bot_changes.replace_token(bot, entered)
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The token was replaced. Clients, tickets and what waits are as before."))
    return redirect("bot", bot.pk)


@require_POST
@staff_required
@permission_required("telegram_bridge.change_bot", raise_exception=True)
def mode(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    bot = get_object_or_404(Bot, pk=bot_id)
    try:
        bot_changes.set_mode(bot, request.POST.get("mode", ""))
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("bot", bot.pk)


@require_POST
@staff_required
@permission_required("telegram_bridge.change_bot", raise_exception=True)
def receiving(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    bot = get_object_or_404(Bot, pk=bot_id)
    bot_changes.set_enabled(bot, enabled=request.POST.get("enabled") == "1")
    return redirect("bot", bot.pk)


@require_POST
@staff_required
@permission_required("telegram_bridge.delete_bot", raise_exception=True)
def remove(request: HttpRequest, bot_id: int) -> HttpResponseBase:
    bot = Bot.objects.select_related("inbox").filter(pk=bot_id).first()
    if bot is None:  # gone already: somebody else was quicker, and it is what was asked for
        return redirect("bot-list")
    had_webhook, token = bot.mode == Bot.Mode.WEBHOOK, readable_token(bot)
    try:
        bot_changes.remove(bot)
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("bot", bot_id)
    if had_webhook and token:
        bot_questions.take_down_webhook(token)
    messages.success(request, _("%(bot)s was removed.") % {"bot": bot})
    return redirect("bot-list")
