"""Canned replies: texts and files that are sent often, put into the composer by `/shortcut`, variables filled
in."""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from staff.models import User
from tickets.content import storable
from tickets.errors import OperationRefused
from tickets.file_types import type_of_upload
from tickets.models import CannedFile, CannedReply, Ticket
from tickets.sendable import LONGEST_REPLY
from tickets.sharing import require_keeper, team_shared_with

VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
VARIABLES = ("client.name", "client.first_name", "ticket.number", "me.name")
MOST_SUGGESTED = 8
LONGEST_TITLE = 120


def usable(staff: User) -> QuerySet[CannedReply]:
    """Their own, their teams', everybody's; by shortcut."""
    replies = CannedReply.objects.filter(CannedReply.usable_by(staff)).distinct()
    return replies.select_related("owner", "team").prefetch_related("files")


def suggested(staff: User, typed: str) -> list[CannedReply]:
    """Those whose shortcut begins with what is typed, or whose title has it; the best first."""
    replies = usable(staff).filter(Q(shortcut__istartswith=typed) | Q(title__icontains=typed))
    return list(replies[:MOST_SUGGESTED])


def filled(text: str, *, ticket: Ticket, staff: User) -> str:
    """The text with its variables' values; one that there is not any more stays as it is written."""
    name = ticket.client.name
    values = {
        "client.name": name,
        "client.first_name": name.split()[0] if name.split() else name,
        "ticket.number": str(ticket.pk),
        "me.name": staff.name,
    }
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def save_canned(
    staff: User,
    reply: CannedReply | None,
    *,
    shortcut: str,
    title: str,
    text: str,
    audience: str,
    team: int | None,
    files: "Sequence[UploadedFile[Any]]" = (),
    dropped: Sequence[int] = (),
) -> CannedReply:
    """The reply as it was typed, new without `reply`, with `files` more and without those that are `dropped`
    (ids). Raises OperationRefused."""
    if reply is not None:
        require_keeper(staff, reply)
    reply = reply or CannedReply(owner=staff)
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    kept = list(reply.files.exclude(pk__in=dropped)) if reply.pk else []
    _require_sendable(files, len(kept))
    if not text and not kept and not files:
        raise OperationRefused(_("A canned reply needs a text or a file."))
    if len(text) > LONGEST_REPLY:
        raise OperationRefused(_("The text is too long to be sent."))
    for name in VARIABLE.findall(text):
        if name not in VARIABLES:
            raise OperationRefused(_("There is no variable “%(name)s”.") % {"name": name})
    reply.team = team_shared_with(staff, audience=audience, team=team)
    reply.audience, reply.text = audience, text
    reply.shortcut = shortcut.strip().removeprefix("/").lower()
    reply.title = " ".join(title.replace("\0", "").split())[:LONGEST_TITLE]
    try:
        reply.full_clean()
        with transaction.atomic():
            reply.save()
            for file in reply.files.filter(pk__in=dropped):
                _remove(file)
            for position, new in enumerate(files, 1 + max((file.position for file in kept), default=-1)):
                _add(reply, new, position)
    except ValidationError as error:
        if "shortcut" in error.message_dict:
            raise OperationRefused(_("A shortcut is one word of letters, digits, - and _.")) from error
        raise OperationRefused(error.messages[0]) from error
    except IntegrityError as error:
        raise OperationRefused(_("This shortcut is taken.")) from error
    return reply


def delete_canned(staff: User, reply: CannedReply) -> None:
    require_keeper(staff, reply)
    with transaction.atomic():
        for file in reply.files.all():
            _remove(file)
        reply.delete()


def _require_sendable(files: "Sequence[UploadedFile[Any]]", beside: int) -> None:
    if beside + len(files) > settings.MAX_FILES_PER_REPLY:
        raise OperationRefused(_("A reply takes %(most)d files.") % {"most": settings.MAX_FILES_PER_REPLY})
    for file in files:
        if not file.size:
            raise OperationRefused(_("“%(name)s” is empty.") % {"name": file.name})
        if file.size > settings.TELEGRAM_UPLOAD_LIMIT:
            raise OperationRefused(_("“%(name)s” is too large for Telegram.") % {"name": file.name})


def _add(reply: CannedReply, new: "UploadedFile[Any]", position: int) -> None:
    name = storable(new.name or "file")[:255]
    mime_type = type_of_upload(name, new.content_type or "")[:127]
    CannedFile.objects.create(
        reply=reply, position=position, name=name, mime_type=mime_type, size=new.size or 0, file=new
    )


def _remove(file: CannedFile) -> None:
    stored = file.file
    transaction.on_commit(lambda: stored.delete(save=False))
    file.delete()
