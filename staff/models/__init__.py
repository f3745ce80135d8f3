"""Who works here, in which teams, who was invited, and what was changed by whom in the settings."""

from staff.models.audit import AuditEntry
from staff.models.invitations import Invitation
from staff.models.people import User, validate_time_zone
from staff.models.teams import Team

__all__ = ["AuditEntry", "Invitation", "Team", "User", "validate_time_zone"]
