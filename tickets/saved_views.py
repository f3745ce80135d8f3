"""Saving, renaming, moving and deleting the views of the list that staff keep for themselves or share."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.errors import OperationRefused
from tickets.filters import Chosen
from tickets.models import SavedView
from tickets.sharing import keeps, require_keeper, team_shared_with

LONGEST_NAME = 60


def save_view(staff: User, *, name: str, filters: Chosen, audience: str, team: int | None) -> SavedView:
    """A new view, the last of the list. Raises OperationRefused."""
    shared_with = team_shared_with(staff, audience=audience, team=team)
    return SavedView.objects.create(
        owner=staff, name=_named(name), filters=filters, audience=audience, team=shared_with
    )


def rename_view(view: SavedView, *, staff: User, name: str) -> None:
    require_keeper(staff, view)
    view.name = _named(name)
    view.save(update_fields=["name", "updated_at"])


def delete_view(view: SavedView, *, staff: User) -> None:
    require_keeper(staff, view)
    view.delete()


@transaction.atomic(durable=True)
def move_view(view: SavedView, *, staff: User, up: bool) -> None:
    """One place up or down among those that `staff` may change; the others keep theirs."""
    require_keeper(staff, view)
    views = list(kept_by(staff, usable_views(staff)))
    places = [one.position for one in views]
    if len(set(places)) < len(places):
        places = list(range(min(places), min(places) + len(places)))
    at = views.index(view)
    to = max(at - 1, 0) if up else at + 1
    views.insert(to, views.pop(at))
    for one, position in zip(views, places, strict=True):
        one.position = position
    SavedView.objects.bulk_update(views, ["position"])


def usable_views(staff: User) -> list[SavedView]:
    found = SavedView.objects.filter(SavedView.usable_by(staff)).select_related("owner", "team")
    return list(found.distinct())


def kept_by(staff: User, views: Iterable[SavedView]) -> list[SavedView]:
    """Those of `views` that `staff` may rename, move and delete: their own, or all that are shared for who
    manages the desk."""
    return [view for view in views if keeps(staff, view)]


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    if not name:
        raise OperationRefused(_("A view needs a name."))
    return name
