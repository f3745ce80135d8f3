"""A file of a message, for signed-in employees only."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from staff.access import staff_required
from tickets.file_responses import file_response
from tickets.file_types import name_on_disk, served_type
from tickets.models import Attachment


@require_safe
@staff_required
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The file, shown where that is safe; `?download=1` saves it in any case."""
    attachment = get_object_or_404(Attachment, pk=file_id)
    if attachment.state != Attachment.State.READY or not attachment.file:
        raise Http404(_("This file has not been fetched from Telegram."))
    try:
        return file_response(
            request,
            path=attachment.file.path,
            name=name_on_disk(attachment),
            content_type=served_type(attachment),
            inline="download" not in request.GET,
        )
    except FileNotFoundError:
        raise Http404(_("This file is no longer on the disk.")) from None
