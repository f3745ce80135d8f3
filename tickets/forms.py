"""What the ticket page's forms send, checked before a verb sees it."""

from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.conflicts import UNKNOWN
from tickets.content import Content, NewFile
from tickets.file_types import kind_of_upload, type_of_upload
from tickets.markup import parse
from tickets.models import Message, Status
from tickets.properties import LONGEST_SUBJECT
from tickets.querysets import BIGGEST_ID
from tickets.reaction_emoji import reaction_of
from tickets.reply_buttons import ButtonsField
from tickets.sendable import LONGEST_REPLY


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """All files of one input. https://docs.djangoproject.com/en/5.2/topics/http/file-uploads/"""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


class FileChoiceField(forms.Field):
    """Which of a form's files are meant: their places in the list, or "all"."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [str(one) for one in value or []]


class FormattedForm(forms.Form):
    """A text in which marks mean something only when the form says so: `format` is "markup" then.

    Whoever posts without it (a script, an older page) gets every character sent as it is.
    """

    text = forms.CharField(required=False, strip=True)
    format = forms.CharField(required=False)

    def formatted(self) -> tuple[str, list[dict[str, Any]]]:
        """The text as it will be read, and its entities."""
        text = _as_written(self.cleaned_data["text"])
        if self.cleaned_data["format"] != "markup" or len(text) > LONGEST_REPLY:
            return text, []  # the verb refuses what is too long, whatever its marks say
        return parse(text)


def _as_written(text: str) -> str:
    """A form sends line breaks as CR LF; Telegram knows LF."""
    return text.replace("\r\n", "\n")


class WasForm(forms.Form):
    """A change that says what the page showed before it (tickets/conflicts.py); "none" stands for nothing."""

    was = forms.CharField(required=False, max_length=LONGEST_SUBJECT, strip=False)

    def was_id(self) -> object:
        """The id, None for nothing, UNKNOWN when the form doesn't say."""
        given = self.cleaned_data["was"]
        if given == "none":
            return None
        return int(given) if given.isdecimal() else UNKNOWN


class ReplyForm(FormattedForm):
    """A reply: text, files, what it answers, how it is sent. How much of each is the verb's business."""

    # The stubs mistake it for the form's own `files`, which Django keeps per instance.
    files = SeveralFilesField(required=False, allow_empty_file=True)  # type: ignore[assignment]
    reply_to = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_ID)
    quote = forms.CharField(required=False, strip=True)
    key = forms.UUIDField(required=False)
    take = forms.BooleanField(required=False)
    # Up to which journal number the page showed the conversation, and that what came since was looked at.
    seen = forms.IntegerField(required=False, min_value=0, max_value=BIGGEST_ID)
    anyway = forms.BooleanField(required=False)
    silent = forms.BooleanField(required=False)
    no_preview = forms.BooleanField(required=False)
    spoiler = forms.BooleanField(required=False)
    as_file = FileChoiceField(required=False)
    # The name of the file that was recorded, and its length in seconds.
    voice = forms.CharField(required=False)
    voice_seconds = forms.IntegerField(required=False, min_value=0, max_value=86_400)
    buttons = ButtonsField()

    def content(self) -> Content:
        """Text and files as a message, with its buttons and how it is to be sent."""
        files = [self._new_file(number, file) for number, file in enumerate(self.cleaned_data["files"])]
        kind: str = Message.Kind.TEXT
        if files:
            kind = Message.Kind.ALBUM if len(files) > 1 else files[0].kind
        text, entities = self.formatted()
        buttons = self.cleaned_data["buttons"]
        return Content(
            kind=kind, text=text, entities=entities, files=files, options=self._options(), buttons=buttons
        )

    def seen_seq(self) -> int | None:
        """How far the conversation was known when the reply was written; None where that doesn't matter."""
        return None if self.cleaned_data["anyway"] else self.cleaned_data["seen"]

    def quoted(self) -> str:
        """The words of the other message that are answered."""
        return _as_written(self.cleaned_data["quote"])

    def _options(self) -> dict[str, Any]:
        """Only what is not as usual."""
        asked = self.cleaned_data
        options = {"silent": asked["silent"], "spoiler": asked["spoiler"] and bool(asked["files"])}
        chosen: dict[str, Any] = {name: True for name, wanted in options.items() if wanted}
        return chosen | ({"link_preview": False} if asked["no_preview"] else {})

    def _new_file(self, number: int, upload: "UploadedFile[Any]") -> NewFile:
        name, size = upload.name or "", upload.size or 0
        mime_type = type_of_upload(name, upload.content_type or "")
        kind, dimensions = kind_of_upload(cast(BinaryIO, upload.file), mime_type=mime_type, size=size)
        duration = None
        if name and name == self.cleaned_data["voice"]:
            kind, duration = Message.Kind.VOICE, self.cleaned_data["voice_seconds"]
        elif {"all", str(number)} & set(self.cleaned_data["as_file"]):
            kind = Message.Kind.DOCUMENT
        width, height = dimensions or (None, None)
        return NewFile(
            kind=kind,
            name=name,
            mime_type=mime_type,
            size=size,
            width=width,
            height=height,
            duration=duration,
            file=upload,
        )


class ReactionForm(forms.Form):
    """One of the emoji that Telegram lets a bot react with; none takes the reaction back."""

    emoji = forms.CharField(required=False)

    def clean_emoji(self) -> str:
        emoji = str(self.cleaned_data["emoji"])
        reaction = reaction_of(emoji) if emoji else ""
        if reaction is None:
            raise forms.ValidationError(_("Telegram has no such reaction."))
        return reaction


class StatusForm(WasForm):
    status = forms.ModelChoiceField(
        Status.objects.all(), error_messages={"invalid_choice": _("There is no such status any more.")}
    )


class AssignForm(WasForm):
    """An employee, or nobody. Whether they still work here is the verb's question."""

    assignee = forms.ModelChoiceField(
        User.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("There is no such employee any more.")},
    )


def first_error(form: forms.Form) -> str:
    """What is wrong with a form, in one sentence."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
