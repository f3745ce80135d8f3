"""Webhooks that rules call: signed, queued in the rule's transaction, sent by a job, tried again for hours.

The other side checks `X-Helpdesk-Signature`: "sha256=" and the HMAC of the body with the rule's key. A host
that stands for an address of this machine or of a private network is not called, unless a setting allows it;
the address that was looked at is the one that is called, so that a name can't change in between.
"""

import hashlib
import hmac
import ipaddress
import json
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from rules.models import Rule, WebhookCall
from tickets.models import Ticket, TicketEvent

TASK, QUEUE = "rules.webhook", "desk"
TIMEOUT = 10.0  # seconds
MOST_TRIES = 10  # 10 s, 20 s, 40 s … the last after three hours
LONGEST_ADDRESS = 500

State = WebhookCall.State


class Refused(Exception):
    """It can't be called, now or later; why, in words."""


def key_of(rule_id: int) -> str:
    """What the bodies of a rule's calls are signed with."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"webhook:{rule_id}".encode(), hashlib.sha256).hexdigest()


def signature(rule_id: int, body: bytes) -> str:
    return "sha256=" + hmac.new(key_of(rule_id).encode(), body, hashlib.sha256).hexdigest()


def wrong_address(url: Any) -> str:
    """Why nothing can be sent to it, in words; empty for an address of the right form."""
    if not isinstance(url, str) or len(url) > LONGEST_ADDRESS:
        return _("An address that begins with https:// or http:// is needed here.")
    try:
        URLValidator(schemes=["http", "https"])(url)
    except Exception:  # a ValidationError, or what a strange address makes of the parser
        return _("An address that begins with https:// or http:// is needed here.")
    host = urlsplit(url).hostname or ""
    if not settings.WEBHOOKS_TO_PRIVATE and _is_private_text(host):
        return _("Addresses of this machine and of private networks are not called.")
    return ""


def queue_call(rule: Rule, ticket: Ticket, event: TicketEvent, url: str) -> WebhookCall:
    """The call with its job, in the current transaction."""
    message = event.message or ticket.last_message
    body = {
        "event": event.kind,
        "rule": {"id": rule.pk, "name": rule.label},
        "ticket": {
            "id": ticket.pk,
            "status": ticket.status.name,
            "priority": ticket.priority,
            "assignee": ticket.assignee.username if ticket.assignee else None,
            "client": {"name": ticket.client.name, "telegram_id": ticket.client.external_id},
        },
        "message": {"id": message.pk, "text": message.text} if message else None,
        "at": timezone.now().isoformat(),
    }
    call = WebhookCall.objects.create(rule=rule, ticket=ticket, url=url, body=body, created_at=timezone.now())
    app.configure_task(TASK, queue=QUEUE).defer(call_id=call.pk)
    return call


def send(call_id: int) -> None:
    """The job: one try. What can be tried again queues the next one, later each time."""
    call = WebhookCall.objects.filter(pk=call_id, state=State.WAITING).first()
    if call is None:
        return
    call.tries += 1
    try:
        _post(call)
        call.state, call.error = State.DONE, ""
    except Refused as refused:
        call.state, call.error = State.FAILED, str(refused)[:255]
    except (httpx.HTTPError, OSError) as error:
        call.error = f"{type(error).__name__}: {error}"[:255]
        if call.tries >= MOST_TRIES:
            call.state = State.FAILED
    with transaction.atomic():
        call.save(update_fields=["state", "error", "tries"])
        if call.state != State.WAITING:
            return
        later = timezone.now() + timedelta(seconds=10 * 2 ** (call.tries - 1))
        app.configure_task(TASK, queue=QUEUE, schedule_at=later).defer(call_id=call.pk)


def _post(call: WebhookCall) -> None:
    if wrong := wrong_address(call.url):
        raise Refused(wrong)
    parts = urlsplit(call.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(host, port)
    body = json.dumps({**call.body, "delivery": call.pk}, ensure_ascii=False).encode()
    named = f"[{address}]" if ":" in address else address
    at = parts._replace(netloc=f"{named}:{port}").geturl()
    headers = {
        "Content-Type": "application/json",
        "Host": parts.netloc.rpartition("@")[2],
        "User-Agent": "Helpdesk",
        "X-Helpdesk-Delivery": str(call.pk),
        "X-Helpdesk-Signature": signature(call.rule_id, body),
    }
    extensions = {"sni_hostname": host}
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", at, content=body, headers=headers, extensions=extensions) as answer,
    ):
        if answer.is_success:
            return
        if answer.status_code < 500 and answer.status_code not in {408, 429}:
            raise Refused(_("It answered with %(status)s.") % {"status": answer.status_code})
        raise httpx.HTTPError(f"{answer.status_code}")


def _resolved(host: str, port: int) -> str:
    """The address to call, all of the host's being allowed. Raises Refused, and OSError for no answer."""
    found = _addresses(host, port)
    if not settings.WEBHOOKS_TO_PRIVATE and any(not ipaddress.ip_address(one).is_global for one in found):
        raise Refused(_("Addresses of this machine and of private networks are not called."))
    return sorted(found, key=lambda one: ":" in one)[0]


def _addresses(host: str, port: int) -> set[str]:
    return {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}


def _is_private_text(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False  # a name: looked at when it is called
