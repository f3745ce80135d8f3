"""`{% icon "name" %}`: an icon of static/vendor/tabler-icons, inline, so that it takes the text's colour."""

from functools import cache

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FOLDER = settings.BASE_DIR / "static" / "vendor" / "tabler-icons"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """The SVG, hidden from screen readers: the words beside it say what it is.

    Raises FileNotFoundError for a name that is not vendored.
    """
    svg = (FOLDER / f"{name}.svg").read_text()
    opening, rest = svg.replace("\n", "").split(">", 1)
    filled = ' fill="currentColor"' if name.endswith("-filled") else ' fill="none" stroke="currentColor"'
    del opening  # its class and size are ours, not the package's
    return mark_safe(  # noqa: S308  (a file of our own)
        f'<svg class="icon" viewBox="0 0 24 24" width="20" height="20"{filled} stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{rest}'
    )
