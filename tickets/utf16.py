"""Lengths as Telegram counts them: https://core.telegram.org/api/entities#entity-length"""


def units(text: str) -> int:
    """UTF-16 units: a character beyond the basic plane is two."""
    return len(text) + sum(character > "\uffff" for character in text)
