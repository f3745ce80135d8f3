"""Whom something that staff keep is for: oneself, a team, or all; and who may change it."""

from django.utils.translation import gettext_lazy as _

from staff.models import Team, User
from staff.roles import MANAGE_DESK
from tickets.errors import OperationRefused
from tickets.models.shared import Audience, Shared


def team_shared_with(staff: User, *, audience: str, team: int | None) -> Team | None:
    """The team that `staff` shares something with; None when it is for themselves or for all.

    Raises OperationRefused for an audience that there isn't, or that they may not choose.
    """
    if audience not in Audience.values:
        raise OperationRefused(_("Choose whom it is for."))
    manages = staff.has_perm(MANAGE_DESK)
    if audience == Audience.ALL and not manages:
        raise OperationRefused(_("Only a supervisor can share something with everybody."))
    if audience != Audience.TEAM:
        return None
    found = (Team.objects.all() if manages else staff.teams.all()).filter(pk=team or 0).first()
    if found is None:
        raise OperationRefused(_("Choose a team that you are a member of."))
    return found


def keeps(staff: User, one: Shared) -> bool:
    """Whether `staff` may change it: their own, or what is shared when they manage the desk."""
    return one.owner_id == staff.pk or (one.audience != Audience.OWN and staff.has_perm(MANAGE_DESK))


def require_keeper(staff: User, one: Shared) -> None:
    if not keeps(staff, one):
        raise OperationRefused(_("Only who saved this, or a supervisor, can change it."))
