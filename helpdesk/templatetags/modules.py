"""`{% modules "workspace" "keys" %}`: these modules with all that they import, asked for at once.

A browser learns what a module imports when it has it: without this the last of them came after six ways.
"""

import re
from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

FOLDER = settings.BASE_DIR / "static" / "js"
IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.]+)["']""")


@cache
def imported_by(*names: str) -> tuple[str, ...]:
    """File names of all modules that these import, the nearest first."""
    found, todo = dict.fromkeys(f"{name}.js" for name in names), [f"{name}.js" for name in names]
    while todo:
        for other in IMPORT.findall((FOLDER / todo.pop(0)).read_text()):
            if other not in found:
                found[other] = None
                todo.append(other)
    return tuple(name for name in found if name.removesuffix(".js") not in names)


@register.simple_tag
def modules(*names: str) -> SafeString:
    """Raises FileNotFoundError for a module that there is not."""
    hints = format_html_join(
        "",
        '<link rel="modulepreload" href="{}">',
        ((static(f"js/{name}"),) for name in imported_by(*names)),
    )
    scripts = format_html_join(
        "", '<script type="module" src="{}"></script>', ((static(f"js/{name}.js"),) for name in names)
    )
    return format_html("{}{}", hints, scripts)
