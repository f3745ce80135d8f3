"""The three built-in statuses, with the ids that the product promises."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.core.management.color import no_style
from django.db import connections, router

BUILT_IN = [
    # id, kind, name, name in Russian, colour
    (1, "open", "Open", "Открыт", "azure"),
    (2, "in_progress", "In progress", "В работе", "yellow"),
    (3, "closed", "Closed", "Закрыт", "green"),
]


def seed_statuses(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Creates what is missing of the built-in statuses; leaves names and colours that staff edited alone."""
    try:
        # From the migration's state: in the middle of a partial migrate the table may not be there yet.
        # A flush gives no state; then all tables are there.
        Status = kwargs.get("apps", installed).get_model("tickets", "Status")  # noqa: N806
    except LookupError:
        return
    if not router.allow_migrate_model(using, Status):
        return
    created = False
    for pk, kind, name, name_ru, colour in BUILT_IN:
        _status, new = Status.objects.using(using).get_or_create(
            pk=pk,
            defaults={"kind": kind, "name": name, "name_ru": name_ru, "colour": colour, "position": pk},
        )
        created = created or new
    if created:
        # Rows with explicit ids leave the sequence at 1: the next status added would collide.
        connection = connections[using]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Status]):
                cursor.execute(statement)
