"""Which addresses Telegram takes for a link. `LinkManager::get_checked_link` in TDLib decides it for real."""

import re
from urllib.parse import urlsplit


def problem_of(address: str) -> str:
    """Why the address can't be a button's; empty when it can. Without a scheme it is taken as http."""
    address = address.strip()
    if not address:
        return "URL must be non-empty"
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) or re.match(r"[\w.-]+:\d", address):
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "Wrong HTTP URL"
    if parts.scheme in {"tg", "ton", "tonsite"}:
        return "" if parts.netloc or parts.path else "Wrong HTTP URL"
    if parts.scheme not in {"http", "https"}:
        return "Unsupported URL protocol"
    return "" if re.fullmatch(r"[^\s.][^\s]*\.[^\s.]+|\[?[0-9a-f:]+]?", host) else "Wrong HTTP URL"
