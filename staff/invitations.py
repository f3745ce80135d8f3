"""Invitations by link: whoever has it becomes an employee, once, until it expires or is withdrawn."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from staff import audit
from staff.models import AuditEntry, Invitation, User
from staff.roles import Role

DAYS_VALID = 7


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(*, name: str, email: str, role: Role, by: User) -> tuple[Invitation, str]:
    """The invitation and its token, which is kept nowhere: shown now, or lost."""
    token = secrets.token_urlsafe(32)
    expires = timezone.now() + timedelta(days=DAYS_VALID)
    made = Invitation.objects.create(
        token_hash=_hash(token), name=name, email=email, role=role, invited_by=by, expires_at=expires
    )
    audit.record(AuditEntry.Action.INVITED, made, {"role": [None, str(role)]})
    return made, token


def usable() -> Any:
    """Those that still let somebody in."""
    now = timezone.now()
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now)


def find(token: str) -> Invitation | None:
    """The invitation that this token still opens."""
    found: Invitation | None = usable().filter(token_hash=_hash(token)).first()
    return found


def accept(token: str, user: User, password: str) -> User | None:
    """`user`, saved as an employee in the invitation's role; None when somebody was faster, or it expired."""
    with transaction.atomic(durable=True):
        found = usable().select_for_update(of=("self",)).filter(token_hash=_hash(token)).first()
        if found is None:
            return None
        user.set_password(password)
        user.save()
        user.set_role(Role(found.role))
        found.used_at, found.used_by = timezone.now(), user
        found.save(update_fields=["used_at", "used_by"])
    return user


def withdraw(invitation: Invitation) -> None:
    """Nobody can use its link any more."""
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        audit.record(AuditEntry.Action.REMOVED, invitation)
