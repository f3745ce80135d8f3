"""Webhooks that rules call: signed, queued with the change, tried again, and never into private networks."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from rules import webhooks
from rules.models import Event, Rule, RuleRun, WebhookCall
from staff.roles import Role
from tests.factories import make_client, make_ticket, make_user
from tests.tickets.cast import browser_of

pytestmark = pytest.mark.django_db


class Receiver(HTTPServer):
    """A real HTTP server that answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.got = 200, []  # type: ignore[var-annotated]  # (headers, body) of each request

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=b"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_PRIVATE = True
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def calling(url: str) -> Rule:
    done = [{"do": "webhook", "value": url}]
    return Rule.objects.create(event=Event.MESSAGE_RECEIVED, actions=done, name="Tell the shop")


def jobs() -> list[Any]:
    return list(ProcrastinateJob.objects.filter(task_name=webhooks.TASK).order_by("id"))


def test_it_is_called_once_signed_with_what_happened(receiver: Receiver) -> None:
    rule = calling(receiver.url)
    ticket = make_ticket(client=make_client(name="Мария"), text="Where is it?")
    call = WebhookCall.objects.get()
    assert [job.args for job in jobs()] == [{"call_id": call.pk}]
    webhooks.send(call.pk)
    webhooks.send(call.pk)
    ((headers, body),) = receiver.got
    key = webhooks.key_of(rule.pk).encode()
    assert headers["X-Helpdesk-Signature"] == "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"
    said = json.loads(body)
    assert (said["event"], said["ticket"]["id"], said["delivery"]) == ("message_received", ticket.pk, call.pk)
    assert said["ticket"]["client"]["name"] == "Мария"
    assert said["message"]["text"] == "Where is it?"
    call.refresh_from_db()
    assert (call.state, call.tries, call.error) == ("done", 1, "")


def test_a_server_in_trouble_is_asked_again_later_and_later(receiver: Receiver) -> None:
    calling(receiver.url)
    make_ticket(text="x")
    call = WebhookCall.objects.get()
    receiver.status = 503
    for _ in range(webhooks.MOST_TRIES):
        webhooks.send(call.pk)
    call.refresh_from_db()
    assert (call.state, call.tries) == ("failed", webhooks.MOST_TRIES)
    assert "503" in call.error
    waits = [job.scheduled_at for job in jobs()[1:]]
    assert len(waits) == webhooks.MOST_TRIES - 1
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(waits)]
    assert gaps == sorted(gaps)


@pytest.mark.parametrize("status", [400, 404, 302])
def test_what_is_refused_is_not_asked_again_and_no_redirect_is_followed(
    status: int, receiver: Receiver
) -> None:
    calling(receiver.url)
    make_ticket(text="x")
    receiver.status = status
    call = WebhookCall.objects.get()
    webhooks.send(call.pk)
    call.refresh_from_db()
    assert (call.state, call.error) == ("failed", f"It answered with {status}.")
    assert len(receiver.got) == 1


def test_nobody_there_is_tried_again(receiver: Receiver) -> None:
    url = receiver.url
    calling(url.replace(str(receiver.server_port), "9"))
    make_ticket(text="x")
    call = WebhookCall.objects.get()
    webhooks.send(call.pk)
    call.refresh_from_db()
    assert (call.state, call.tries) == ("waiting", 1)
    assert "ConnectError" in call.error


PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost:8000/",
    "http://[::1]/",
    "http://10.0.0.1/",
    "https://192.168.1.1/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0/",
    "http://[::ffff:127.0.0.1]/",
]


@pytest.mark.parametrize(
    "url", [*PRIVATE, "ftp://example.com/", "https://", "x" * 600, "javascript:alert(1)", 5]
)
def test_addresses_that_are_not_called_are_refused_in_words_when_saved(url: Any) -> None:
    boss = make_user()
    boss.set_role(Role.SUPERVISOR)
    given = {"event": "message_received", "actions": [{"do": "webhook", "value": url}]}
    answer = browser_of(boss).post("/rules/new/", {"definition": json.dumps(given)})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "private networks are not called" in page or "begins with https://" in page
    assert not Rule.objects.exists()


@pytest.mark.parametrize("url", PRIVATE)
def test_also_when_it_is_called(url: str) -> None:
    calling(url)  # saved when a setting still allowed it, or a name that stands for such an address by now
    make_ticket(text="x")
    call = WebhookCall.objects.get()
    webhooks.send(call.pk)
    call.refresh_from_db()
    assert call.state == "failed"
    assert "private networks" in call.error


def test_a_name_for_a_private_address_is_looked_at_when_it_is_called(monkeypatch: Any) -> None:
    monkeypatch.setattr(webhooks, "_addresses", lambda host, port: {"8.8.8.8", "127.0.0.1"})
    calling("http://innocent.example.com/")
    make_ticket(text="x")
    webhooks.send(WebhookCall.objects.get().pk)
    assert "private networks" in WebhookCall.objects.get().error


def test_an_unreachable_host_costs_the_message_nothing(receiver: Receiver) -> None:
    calling("http://no-such-host.invalid/")
    ticket = make_ticket(text="kept")
    assert ticket.messages.get().text == "kept"
    assert RuleRun.objects.get().outcome == "done"
    webhooks.send(WebhookCall.objects.get().pk)
    assert WebhookCall.objects.get().state == "waiting"


def test_the_builder_shows_the_calls_and_the_key(receiver: Receiver) -> None:
    rule = calling(receiver.url)
    make_ticket(text="x")
    boss = make_user()
    boss.set_role(Role.SUPERVISOR)
    page = browser_of(boss).get(f"/rules/{rule.pk}/").content.decode()
    assert receiver.url.partition("?")[0] in page
    assert webhooks.key_of(rule.pk) in page
