"""Passwords in tests: the product's own format, which a real web process can check, made in no time."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """PBKDF2 with one round; how many rounds is written in the hash, so anybody can check it."""

    iterations = 1
