"""What the ticket page's forms send, checked before a verb sees it."""

from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.content import Content, NewFile
from tickets.file_types import kind_of_upload, type_of_upload
from tickets.models import Message, Status
from tickets.querysets import BIGGEST_ID


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """All files of one input. https://docs.djangoproject.com/en/5.2/topics/http/file-uploads/"""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


class ReplyForm(forms.Form):
    """A reply: text, files, what it answers. How much of each is allowed is the verb's business."""

    text = forms.CharField(required=False, strip=True)
    # The stubs mistake it for the form's own `files`, which Django keeps per instance.
    files = SeveralFilesField(required=False, allow_empty_file=True)  # type: ignore[assignment]
    reply_to = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_ID)
    key = forms.UUIDField(required=False)
    take = forms.BooleanField(required=False)

    def content(self) -> Content:
        """Text and files as a message."""
        files = [_new_file(file) for file in self.cleaned_data["files"]]
        kind: str = Message.Kind.TEXT
        if files:
            kind = Message.Kind.ALBUM if len(files) > 1 else files[0].kind
        return Content(kind=kind, text=_as_written(self.cleaned_data["text"]), files=files)


def _as_written(text: str) -> str:
    """A form sends line breaks as CR LF; Telegram knows LF."""
    return text.replace("\r\n", "\n")


def _new_file(upload: "UploadedFile[Any]") -> NewFile:
    name, size = upload.name or "", upload.size or 0
    mime_type = type_of_upload(name, upload.content_type or "")
    kind, dimensions = kind_of_upload(cast(BinaryIO, upload.file), mime_type=mime_type, size=size)
    width, height = dimensions or (None, None)
    return NewFile(
        kind=kind, name=name, mime_type=mime_type, size=size, width=width, height=height, file=upload
    )


class StatusForm(forms.Form):
    status = forms.ModelChoiceField(
        Status.objects.all(), error_messages={"invalid_choice": _("There is no such status any more.")}
    )


class AssignForm(forms.Form):
    """An employee, or nobody. Whether they still work here is the verb's question."""

    assignee = forms.ModelChoiceField(
        User.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("There is no such employee any more.")},
    )


def first_error(form: forms.Form) -> str:
    """What is wrong with a form, in one sentence."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
