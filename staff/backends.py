"""Who is signed in, with what they may do, in the one query that every request makes anyway."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from staff.models import User


class EmployeeBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, with permissions that come along with the employee: their roles' and their own."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.with_permissions().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not isinstance(user_obj, User) or not user_obj.is_active or obj is not None:
            return set()
        return user_obj.granted
