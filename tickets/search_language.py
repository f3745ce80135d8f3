"""What may be typed into the search beside words: `tag:late`, `from:maria`, `in:shop`, `status:open`,
`before:2026-11-01`, `after:…`, and "phrases"; a value with spaces stands in quotes: `tag:"very late"`.
"""

import re
from dataclasses import dataclass, field

OPERATORS = ("from", "tag", "in", "status", "before", "after")
MOST = 12  # of operators and phrases; what is beyond is words

_PART = re.compile(
    rf'(?:(?P<operator>{"|".join(OPERATORS)}):)(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))|"(?P<phrase>[^"]+)"',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """What is searched for: `words` are all that is neither an operator nor a phrase."""

    words: str = ""
    phrases: list[str] = field(default_factory=list)
    operators: list[tuple[str, str]] = field(default_factory=list)


def parse(text: str) -> Asked:
    """`text` taken apart. Nothing in it is wrong: a `tag:` without a value is a word like any other."""
    phrases: list[str] = []
    operators: list[tuple[str, str]] = []

    def take(found: re.Match[str]) -> str:
        if len(phrases) + len(operators) >= MOST:
            return found[0]
        if phrase := found["phrase"]:
            phrases.append(phrase.strip())
        elif value := (found["quoted"] or found["value"] or "").strip():
            operators.append((found["operator"].lower(), value))
        return " "

    words = " ".join(_PART.sub(take, text).split())
    return Asked(words, [phrase for phrase in phrases if phrase], operators)
