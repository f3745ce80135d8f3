"""Links by which a person sets their own password: nobody else ever knows it."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from staff.models import User

DAYS_VALID = settings.PASSWORD_RESET_TIMEOUT // 86_400


def password_link(user: User) -> str:
    """The path of a page that sets `user`'s password: works once, for DAYS_VALID days."""
    place = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=place)
