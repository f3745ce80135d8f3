"""Keeps a bot's token unreadable in the database and its backups: Fernet under a key made from SECRET_KEY.

Source: https://cryptography.io/en/latest/fernet/
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """The text was encrypted under another key."""


def encrypt(text: str, *, key: str) -> str:
    return _fernet(key).encrypt(text.encode()).decode("ascii")


@lru_cache(maxsize=64)
def decrypt(text: str, *, key: str) -> str:
    """The text. Raises Unreadable when `key` is not the one it was encrypted under."""
    try:
        return _fernet(key).decrypt(text.encode("ascii")).decode()
    except InvalidToken:
        raise Unreadable("The token was saved under another SECRET_KEY; enter it again.") from None


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"telegram_bridge bot token").derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
