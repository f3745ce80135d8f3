"""What the figures stand beside, served by the same server process: `python -m bench.floor --port N`.

A bare socket on a channel-layer group, a bare POST that inserts one row, and a list page's own SQL in an
equally large template.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django

django.setup()

# Below here because Django must be set up first (E402).
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  (after django.setup)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (after django.setup)
from django.conf import settings  # noqa: E402  (after django.setup)
from django.core.asgi import get_asgi_application  # noqa: E402  (after django.setup)
from django.db import connection  # noqa: E402  (after django.setup)
from django.http import HttpRequest, HttpResponse  # noqa: E402  (after django.setup)
from django.template import Context, Engine  # noqa: E402  (after django.setup)
from django.urls import path  # noqa: E402  (after django.setup)
from django.views.decorators.csrf import csrf_exempt  # noqa: E402  (after django.setup)

from helpdesk.server import serve  # noqa: E402  (after django.setup)
from helpdesk.server_channel import Limits  # noqa: E402  (after django.setup)
from tickets.models import Inbox  # noqa: E402  (after django.setup)

GROUP = "floor"


class FloorConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    groups = [GROUP]

    async def floor_message(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    Inbox.objects.create(name=request.POST["name"])
    return HttpResponse("ok")


ROW = Engine().from_string(
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}{{ rest }}"
)


def listing(request: HttpRequest) -> HttpResponse:
    """Runs the SQL that the real page ran, as it is in the file FLOOR_SQL, and answers as many bytes."""
    page = json.loads(Path(os.environ["FLOOR_SQL"]).read_text())
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for statement in page["statements"]:
            cursor.execute(statement)
            found = cursor.fetchall()
            rows = found if len(found) > len(rows) else rows
    cells = [[str(cell)[:80] for cell in row] for row in rows]
    html = ROW.render(Context({"rows": cells, "rest": ""}))
    return HttpResponse(html + " " * max(0, page["bytes"] - len(html)))


urlpatterns = [path("insert/", insert), path("list/", listing)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    settings.ROOT_URLCONF = "bench.floor"
    application = ProtocolTypeRouter(
        {"http": get_asgi_application(), "websocket": URLRouter([path("ws/floor/", FloorConsumer.as_asgi())])}
    )
    serve(
        application,
        host="127.0.0.1",
        port=parser.parse_args().port,
        limits=Limits(body=lambda path: 1024 * 1024),
    )


if __name__ == "__main__":
    main()
