"""A Django of three views behind the real server, run as a process by test_file_responses.py.

`python tests/tickets/files_app.py PORT FOLDER`: `/file/NAME?type=…` answers with a file of the folder,
POST `/upload/` takes one, `/memory/` says what the process takes.
"""

import sys
from pathlib import Path

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path

FOLDER = Path(sys.argv[2])

settings.configure(
    SECRET_KEY="k" * 50,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["csp.middleware.CSPMiddleware"],
    CONTENT_SECURITY_POLICY={"DIRECTIVES": {"default-src": ["'self'"]}},
    FILE_UPLOAD_HANDLERS=["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
    FILE_UPLOAD_MAX_MEMORY_SIZE=256 * 1024,
)


def file(request: HttpRequest, name: str) -> HttpResponseBase:
    from tickets.file_responses import file_response

    return file_response(
        request, path=FOLDER / name, name=name, content_type=request.GET.get("type", ""), inline=True
    )


def upload(request: HttpRequest) -> HttpResponse:
    uploaded = request.FILES["file"]
    assert isinstance(uploaded, UploadedFile)
    return HttpResponse(str(uploaded.size))


def memory(request: HttpRequest) -> HttpResponse:
    lines = Path("/proc/self/status").read_text().splitlines()
    return JsonResponse({line[:5]: int(line.split()[1]) for line in lines if line.startswith("Vm")})


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>home</title>")


urlpatterns = [
    path("", page),
    path("file/<str:name>", file),
    path("upload/", upload),
    path("memory/", memory),
]

if __name__ == "__main__":
    from helpdesk.server import body_limit, serve
    from helpdesk.server_channel import Limits

    limits = Limits(body=body_limit([r"^/upload/"], 600 * 1024 * 1024))
    serve(get_asgi_application(), host="127.0.0.1", port=int(sys.argv[1]), limits=limits)
