"""The ASGI entry: pages behind the upload gate, sockets from our own origin only."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  (Django first)
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from helpdesk.asgi_turns import Turns  # noqa: E402
from helpdesk.asgi_uploads import UploadGate  # noqa: E402
from tickets.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Turns(UploadGate(django_application)),
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)
