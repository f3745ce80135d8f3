"""Amounts of money as Telegram counts them: whole numbers of the smallest unit.

https://core.telegram.org/bots/payments/currencies.json
"""

from telegram_bridge.content.reading import BIGGEST_ID, Json, whole, words

STARS = "XTR"
# Their smallest unit is the currency itself.
WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"})
NANO = 10**9


def amount(payment: Json, *, field: str = "total_amount") -> str:
    """An amount in words: "12.50 EUR", "100 ⭐"."""
    value, currency = whole(payment, field, most=BIGGEST_ID) or 0, words(payment, "currency", most=8)
    if currency == STARS:
        return f"{value} ⭐"
    if currency == "TON":
        return f"{value / NANO:g} TON"
    return f"{value} {currency}" if currency in WITHOUT_CENTS else f"{value / 100:.2f} {currency}"
