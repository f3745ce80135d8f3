"""How the conversation's templates say things: texts, times, sizes, states, each in words or safe HTML."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tickets import delivery_words, event_words, file_types, rich_text
from tickets.file_responses import is_safe_inline
from tickets.models import Attachment, Message, MessageVersion, TicketEvent

register = template.Library()

# The largest a picture or a film is drawn, in CSS pixels.
WIDEST, TALLEST = 360, 320
PLAIN_SIZE = (320, 240)
TO_SEE = frozenset({"picture", "video", "animation", "waiting"})

BARE = frozenset({Message.Kind.STICKER, Message.Kind.VIDEO_NOTE, Message.Kind.DICE})

MOMENTS = {"time": "H:i", "date": "j E Y", "full": "j E Y, H:i"}

EVENT_ICONS = {
    TicketEvent.Kind.TICKET_OPENED: "message-plus",
    TicketEvent.Kind.TICKET_TAKEN: "hand-stop",
    TicketEvent.Kind.TICKET_ASSIGNED: "user-check",
    TicketEvent.Kind.TICKET_UNASSIGNED: "user-x",
    TicketEvent.Kind.STATUS_CHANGED: "progress",
    TicketEvent.Kind.TICKET_CLOSED: "circle-check",
    TicketEvent.Kind.TICKET_REOPENED: "rotate-clockwise",
    TicketEvent.Kind.TEAM_CHANGED: "users",
    TicketEvent.Kind.PRIORITY_CHANGED: "flag",
    TicketEvent.Kind.TAGS_CHANGED: "tag",
    TicketEvent.Kind.SUBJECT_CHANGED: "pencil",
    TicketEvent.Kind.TICKET_SNOOZED: "alarm",
    TicketEvent.Kind.TICKET_WOKEN: "alarm-off",
    TicketEvent.Kind.BUTTON_PRESSED: "hand-click",
    TicketEvent.Kind.TICKET_RATED: "star",
    TicketEvent.Kind.CLIENT_STARTED: "link",
    TicketEvent.Kind.CLIENT_BLOCKED: "ban",
    TicketEvent.Kind.CLIENT_UNBLOCKED: "circle-check",
}
FILE_ICONS = [
    ("image/", "photo"),
    ("video/", "movie"),
    ("audio/", "music"),
    ("text/csv", "file-spreadsheet"),
    ("text/", "file-text"),
    ("application/pdf", "file-type-pdf"),
    ("application/zip", "file-zip"),
    ("application/x-", "file-zip"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "file-spreadsheet"),
    ("application/vnd.ms-excel", "file-spreadsheet"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "file-text"),
    ("application/msword", "file-text"),
]


@register.filter
def rich(said: Message | MessageVersion) -> SafeString:
    """A message's text (or an earlier version of it) with its entities, as HTML."""
    if not said.entities:
        return rich_text.render_plain(said.text)
    return rich_text.render(said.text, said.entities)


@register.filter
def author_name(message: Message) -> str:
    """Who said it: the client, an employee, a rule, or nobody in particular."""
    if message.direction == Message.Direction.IN:
        return message.ticket.client.name
    if message.rule_name:
        return _("Rule “%(name)s”") % {"name": message.rule_name}
    return message.author.name if message.author else _("Automatic message")


@register.simple_tag
def moment(when: datetime, form: str = "time") -> SafeString:
    """A `<time>` in the zone that is current; static/js/moments.js puts it into the viewer's.

    `form`: time (10:05), date (23 Nov 2026), or full (both).
    """
    words = date_format(timezone.localtime(when), MOMENTS[form])
    return format_html('<time datetime="{}" data-moment="{}">{}</time>', when.isoformat(), form, words)


@register.filter
def event_sentence(event: TicketEvent) -> str:
    return event_words.in_words(event)


@register.filter
def event_icon(event: TicketEvent) -> str:
    return EVENT_ICONS.get(TicketEvent.Kind(event.kind), "point")


@register.filter
def delivery_reason(error: dict[str, Any]) -> str:
    """Why a message was not delivered, or is not yet."""
    return delivery_words.in_words(error) if error else ""


@register.filter
def delivery_advice(error: dict[str, Any]) -> str:
    """What to do about it."""
    return delivery_words.advice(error) if error else ""


@register.filter
def shown_as(attachment: Attachment) -> str:
    return file_types.shown_as(attachment)


@register.filter
def opens(attachment: Attachment) -> bool:
    """Whether the browser may show it; otherwise its link saves it."""
    return is_safe_inline(file_types.served_type(attachment))


@register.filter
def files_to_see(message: Message) -> list[Attachment]:
    """What is looked at: pictures and films, side by side when there are several."""
    return [file for file in message.files if file_types.shown_as(file) in TO_SEE]


@register.filter
def files_to_list(message: Message) -> list[Attachment]:
    """The other files, one below the other."""
    return [file for file in message.files if file_types.shown_as(file) not in TO_SEE]


@register.filter
def is_bare(message: Message) -> bool:
    """Whether it is a sticker, a die or a round film, which stand without a bubble around them."""
    is_alone = not (message.text or message.quote or message.reply_to_id or message.deleted_at)
    return message.kind in BARE and is_alone and not message.details.get("forwarded_from")


@register.filter
def file_icon(attachment: Attachment) -> str:
    if attachment.kind == Message.Kind.STICKER:
        return "mood-smile"
    mime_type = file_types.served_type(attachment)
    return next((icon for start, icon in FILE_ICONS if mime_type.startswith(start)), "file")


@register.simple_tag
def largest_download() -> int:
    """Bytes of the largest file that Telegram gives a bot."""
    return int(settings.TELEGRAM_DOWNLOAD_LIMIT)


@register.filter
def fitted(attachment: Attachment) -> tuple[int, int]:
    """(width, height) to draw a picture or film at; known before it is loaded, so that nothing jumps."""
    width, height = attachment.width, attachment.height
    if not width or not height:
        return PLAIN_SIZE
    scale = min(1.0, WIDEST / width, TALLEST / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


@register.filter
def clock(seconds: Any) -> str:
    """65 as 1:05; nothing for what is no length."""
    if not isinstance(seconds, int) or seconds < 0:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def coordinate(value: Any) -> str:
    """A degree as a map's address wants it: with a point in every language."""
    return f"{float(value):.6f}" if isinstance(value, int | float) else ""


@register.filter
def phone_digits(value: Any) -> str:
    """A telephone number as a link wants it."""
    return "".join(character for character in str(value) if character in "+0123456789")


@register.filter
def language_name(code: str) -> str:
    """The name of a language ("Russian"), or the code itself when Django doesn't know it."""
    try:
        return str(translation.get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def initials(name: str) -> str:
    """Up to two letters for somebody's picture."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])]
    return "".join(letters).upper() or "?"


@register.filter
def tone(number: int) -> int:
    """Which of the eight colours stands for the person with this number."""
    return number % 8


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, name: str, number: int, place: str) -> str:
    """The address of another page of one of a page's lists: the same query with `name` changed."""
    query = context["request"].GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}#{place}"
