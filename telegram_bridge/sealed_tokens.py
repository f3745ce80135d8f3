"""A token that goes through a page without being readable there, between two steps of a form."""

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from telegram_bridge import secret_text
from tickets.errors import OperationRefused

SALT = "telegram_bridge.sealed_token"
LONGEST = 15 * 60  # seconds


def seal(token: str) -> str:
    hidden = secret_text.encrypt(token, key=settings.SECRET_KEY)
    return signing.TimestampSigner(salt=SALT).sign(hidden)


def open_sealed(sealed: str) -> str:
    """The token. Raises OperationRefused when it is none of ours, or was sealed too long ago."""
    try:
        hidden = signing.TimestampSigner(salt=SALT).unsign(sealed, max_age=LONGEST)
        return secret_text.decrypt(hidden, key=settings.SECRET_KEY)
    except (signing.BadSignature, secret_text.Unreadable):
        raise OperationRefused(_("This took too long. Enter the token once more.")) from None
