"""getUpdates and the webhook methods. https://core.telegram.org/bots/api#getting-updates"""

import re
from typing import Any
from urllib.parse import urlsplit

from telegram_simulator.errors import bad_request
from telegram_simulator.methods.registry import Context, Encoded, method
from telegram_simulator.updates import LONGEST_POLL, MOST, WEBHOOK_SET, Queue

PORTS = {80, 88, 443, 8443}


@method("getUpdates")
async def get_updates(context: Context) -> Encoded:
    parameters = context.parameters
    limit = parameters.integer("limit", MOST)
    _keep_allowed(context, context.world.updates.queue(context.bot.id))
    bodies = await context.world.updates.poll(
        context.bot.id,
        offset=parameters.integer("offset"),
        limit=limit if 0 < limit < MOST else MOST,
        seconds=min(LONGEST_POLL, max(0, parameters.integer("timeout"))),
    )
    return Encoded("[" + ",".join(bodies) + "]")


def _keep_allowed(context: Context, queue: Queue) -> None:
    """Missing means as last time; an empty list means all but a few."""
    allowed = context.parameters.json("allowed_updates")
    if isinstance(allowed, list) and allowed != queue.allowed:
        queue.allowed = [str(each) for each in allowed]
        context.world.updates.save(queue)


@method("setWebhook")
async def set_webhook(context: Context) -> bool:
    parameters = context.parameters
    url = parameters.text("url").strip()
    secret = parameters.text("secret_token")
    if not url:
        await _remove_webhook(context)
        return True
    parts = urlsplit(url)
    # The real server takes https only; here the product may stand beside us without a certificate.
    here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not here:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not here and (parts.port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    queue = context.world.updates.queue(context.bot.id)
    _keep_allowed(context, queue)
    if parameters.boolean("drop_pending_updates"):
        context.world.updates.drop_all(queue)
    queue.webhook = {
        "url": url,
        "secret_token": secret,
        "max_connections": min(100, max(1, parameters.integer("max_connections", 40))),
        "ip_address": parameters.text("ip_address") or _address(parts.hostname or ""),
        "has_custom_certificate": "certificate" in parameters.files,
    }
    context.world.updates.save(queue)
    context.world.updates.end_poll(queue, WEBHOOK_SET)
    context.webhooks.watch(queue)
    return True


def _address(host: str) -> str:
    """An address is shown as it is; a name is not looked up, and shown as one that can't exist (RFC 5737)."""
    return host if re.fullmatch(r"[0-9.]+|[0-9a-f:]+", host) else "192.0.2.1"


@method("deleteWebhook")
async def delete_webhook(context: Context) -> bool:
    await _remove_webhook(context)
    return True


async def _remove_webhook(context: Context) -> None:
    queue = context.world.updates.queue(context.bot.id)
    if context.parameters.boolean("drop_pending_updates"):
        context.world.updates.drop_all(queue)
    queue.webhook = None
    context.world.updates.save(queue)
    await context.webhooks.stop(queue)


@method("getWebhookInfo")
async def get_webhook_info(context: Context) -> dict[str, Any]:
    queue = context.world.updates.queue(context.bot.id)
    hook = queue.webhook or {}
    info: dict[str, Any] = {
        "url": hook.get("url", ""),
        "has_custom_certificate": bool(hook.get("has_custom_certificate")),
        "pending_update_count": len(queue.waiting),
    }
    shown = ("ip_address", "max_connections", "last_error_date", "last_error_message")
    info |= {name: hook[name] for name in shown if hook.get(name)}
    return info | ({"allowed_updates": queue.allowed} if queue.allowed else {})
