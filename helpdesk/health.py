"""Whether the product lives, is ready, and how much waits: for proxies, orchestrators and Prometheus.

Numbers only, each from an index; nothing about a person. The reverse proxy keeps /metrics inside.
"""

from collections.abc import Callable, Iterator

from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from telegram_bridge import bot_states
from telegram_bridge.models import Bot, Update
from tickets.models import Message

# Who asks waits a few seconds at most; the pages' own time limit (settings.DATABASES) is longer.
DATABASE_SECONDS = 2.0


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else: a database that is away is no reason to restart the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer; otherwise 503, and which of them doesn't."""
    checks = {"database": _answers(_ask_database), "redis": _answers(_ask_redis)}
    ready = all(checks.values())
    words = {name: "ok" if good else "does not answer" for name, good in checks.items()}
    return JsonResponse({"ready": ready, **words}, status=200 if ready else 503)


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Exception:  # whatever the driver raises, the answer is no
        return False
    return True


def _ask_database() -> None:
    pool = connection.pool  # type: ignore[attr-defined]  # PostgreSQL's, see settings.DATABASES
    pool.open()
    with pool.connection(timeout=DATABASE_SECONDS) as own:
        own.execute("SELECT 1")


def _ask_redis() -> None:
    cache.get("readyz")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What waits and what failed, in Prometheus' text format."""
    return HttpResponse(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)


class DeskCollector(Collector):
    """Reads the figures when they are asked for; without a database it says just that."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        there = _answers(_ask_database)
        yield GaugeMetricFamily("helpdesk_database_up", "1 while PostgreSQL answers.", value=there)
        if there:
            yield from (_updates(), _oldest_update(), _deliveries(), _bots())


def _updates() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_updates", "Updates of Telegram by state.", labels=["state"])
    for state in (Update.State.STORED, Update.State.FAILED):
        family.add_metric([state], Update.objects.filter(state=state).count())
    return family


def _oldest_update() -> GaugeMetricFamily:
    oldest = Update.objects.filter(state=Update.State.STORED).order_by("pk").first()
    age = (timezone.now() - oldest.stored_at).total_seconds() if oldest else 0
    name = "helpdesk_oldest_stored_update_seconds"
    return GaugeMetricFamily(name, "Age of the oldest update that waits to be applied.", value=age)


def _deliveries() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "helpdesk_deliveries", "Messages to clients that are not sent, by state.", labels=["state"]
    )
    states = [state for state in Message.Delivery if state != Message.Delivery.SENT]
    rows = Message.objects.filter(delivery__in=states).values_list("delivery").annotate(Count("pk"))
    found = dict(rows.order_by())
    for state in states:
        family.add_metric([state], found.get(state, 0))
    return family


def _bots() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_bot_running", "1 while a bot receives.", labels=["bot"])
    now = timezone.now()
    for bot in Bot.objects.filter(is_enabled=True):
        # Its process may be gone: then the state it wrote last says nothing.
        running = bot.state == Bot.State.RUNNING and not bot_states.is_silent(bot, now)
        family.add_metric([str(bot)], running)
    return family


_registry = CollectorRegistry()
_registry.register(DeskCollector())
ProcessCollector(registry=_registry)
PlatformCollector(registry=_registry)
