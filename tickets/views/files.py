"""Files for signed-in employees only: those of messages, clients' pictures, a contact as a vCard."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from staff.access import staff_required
from tickets import client_pictures, vcard
from tickets.file_responses import file_response
from tickets.file_types import name_on_disk, served_type
from tickets.models import Attachment, Client, Message
from tickets.views.sight import in_sight

# An avatar's address names its version, so it need not be asked for again; only this browser keeps it.
AVATAR_CACHE = "private, max-age=604800, immutable"


@require_safe
@staff_required
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The file, shown where that is safe; `?download=1` saves it in any case."""
    attachment = in_sight(request, Attachment.objects, file_id)
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


@require_safe
@staff_required
def avatar(request: HttpRequest, client_id: int) -> HttpResponseBase:
    """The client's picture in Telegram, when there is one and it is a picture."""
    client = in_sight(request, Client.objects.only("avatar"), client_id)
    if not client.avatar:
        raise Http404(_("There is no picture of this client."))
    try:
        path = client.avatar.path
        content_type = client_pictures.image_type(path)
        if not content_type:
            raise Http404(_("There is no picture of this client."))
        response = file_response(request, path=path, name="avatar", content_type=content_type, inline=True)
    except FileNotFoundError:
        raise Http404(_("This file is no longer on the disk.")) from None
    if request.GET.get("v"):
        response["Cache-Control"] = AVATAR_CACHE
    return response


@require_safe
@staff_required
def contact(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """The contact that a message brought, for one's address book."""
    message = in_sight(request, Message.objects.only("details"), message_id, kind=Message.Kind.CONTACT)
    response = HttpResponse(vcard.of_contact(message.details), content_type="text/vcard; charset=utf-8")
    disposition = content_disposition_header(True, vcard.file_name(message.details))
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
