"""A contact that a client sent, as a vCard that every address book reads.

https://www.rfc-editor.org/rfc/rfc6350 (4.0); lines end with CRLF, fold at 75 octets, and values escape
backslashes, commas, semicolons and line breaks (section 3.4).
"""

import re
from collections.abc import Mapping
from typing import Any

LONGEST_LINE = 75  # octets, without the line break
LARGEST = 64 * 1024  # characters; Telegram's own limit is 2 KB
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def of_contact(details: Mapping[str, Any]) -> str:
    """The vCard that came with the contact, or one made of its name and number."""
    given = details.get("vcard")
    if isinstance(given, str) and _is_one_card(given):
        return _tidy(given[:LARGEST])
    first, last = _text(details, "first_name"), _text(details, "last_name")
    number = _text(details, "phone_number")
    name = " ".join(part for part in (first, last) if part) or number or "?"
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{escaped(name)}",
        f"N:{escaped(last)};{escaped(first)};;;",
    ]
    if number:
        lines.append(f"TEL:{escaped(number)}")
    lines.append("END:VCARD")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def file_name(details: Mapping[str, Any]) -> str:
    """What the file is called: the person, with the suffix that address books know."""
    names = (_text(details, "first_name"), _text(details, "last_name"))
    name = " ".join(part for part in names if part) or "contact"
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name)[:80] + ".vcf"


def escaped(value: str) -> str:
    value = CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    for special in ("\\", ",", ";"):
        value = value.replace(special, f"\\{special}")
    return value.replace("\n", "\\n")


def folded(line: str) -> str:
    """A long line as several, each but the first beginning with a space; no character is cut in two."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            parts.append(part)
            part, size = " ", 1
        part += character
        size += octets
    return "\r\n".join([*parts, part])


def _text(details: Mapping[str, Any], key: str) -> str:
    value = details.get(key)
    return value.strip() if isinstance(value, str) else ""


def _is_one_card(text: str) -> bool:
    lines = [line.strip().upper() for line in text.strip().splitlines()]
    return (
        len(lines) > 2
        and lines[0] == "BEGIN:VCARD"
        and lines[-1] == "END:VCARD"
        and lines.count("BEGIN:VCARD") == 1
    )


def _tidy(card: str) -> str:
    lines = (CONTROLS.sub("", line) for line in card.strip().splitlines())
    return "".join(f"{line}\r\n" for line in lines if line.strip())
