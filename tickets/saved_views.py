"""Saving, renaming, moving and deleting the views of the list that staff keep for themselves or share."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staff.models import Team, User
from staff.roles import MANAGE_DESK
from tickets.errors import OperationRefused
from tickets.filters import Chosen
from tickets.models import SavedView
from tickets.models.shared import Audience

LONGEST_NAME = 60


def save_view(staff: User, *, name: str, filters: Chosen, audience: str, team: int | None) -> SavedView:
    """A new view, the last of the list. Raises OperationRefused."""
    if audience not in Audience.values:
        raise OperationRefused(_("Choose whom the view is for."))
    manages = staff.has_perm(MANAGE_DESK)
    if audience == Audience.ALL and not manages:
        raise OperationRefused(_("Only a supervisor can save a view for everybody."))
    shared_with = None
    if audience == Audience.TEAM:
        shared_with = (Team.objects.all() if manages else staff.teams.all()).filter(pk=team or 0).first()
        if shared_with is None:
            raise OperationRefused(_("Choose a team that you are a member of."))
    return SavedView.objects.create(
        owner=staff, name=_named(name), filters=filters, audience=audience, team=shared_with
    )


def rename_view(view: SavedView, *, staff: User, name: str) -> None:
    _require_keeper(view, staff)
    view.name = _named(name)
    view.save(update_fields=["name", "updated_at"])


def delete_view(view: SavedView, *, staff: User) -> None:
    _require_keeper(view, staff)
    view.delete()


@transaction.atomic(durable=True)
def move_view(view: SavedView, *, staff: User, up: bool) -> None:
    """One place up or down among those that `staff` may change; the others keep theirs."""
    _require_keeper(view, staff)
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
    manages = staff.has_perm(MANAGE_DESK)
    return [
        view for view in views if view.owner_id == staff.pk or (manages and view.audience != Audience.OWN)
    ]


def _require_keeper(view: SavedView, staff: User) -> None:
    if not kept_by(staff, [view]):
        raise OperationRefused(_("Only who saved this view, or a supervisor, can change it."))


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    if not name:
        raise OperationRefused(_("A view needs a name."))
    return name
