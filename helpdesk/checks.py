"""Start-up checks: what would go wrong in silence later is an error now."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def check_trigrams(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Trigrams of Cyrillic are silently empty in a database made with LC_CTYPE=C: no name would be found."""
    problems: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if cursor.fetchone() is None:
                continue  # before the first migrate
            cursor.execute("SELECT show_trgm('Привет'), lower('Ё')")
            trigrams, lower = cursor.fetchone()
        if not trigrams or lower != "ё":
            problems.append(
                Error(
                    f"The database “{alias}” can't handle Cyrillic text: a search would find nothing.",
                    hint="Create it with UTF8 encoding and a UTF-8 locale, for example "
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C.UTF-8'.",
                    id="helpdesk.E001",
                )
            )
    return problems
