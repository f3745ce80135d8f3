"""Polls and quizzes: what may be asked, how votes count, how one ends. https://core.telegram.org/bots/api#poll"""

import secrets
from collections.abc import Mapping
from typing import Any

from telegram_simulator.entities import formatted, utf16_length
from telegram_simulator.errors import bad_request

MOST_QUESTION = 300
MOST_OPTION = 100
MOST_OPTIONS = 12
MOST_EXPLANATION = 200
MOST_EXPLANATION_LINES = 3
LONGEST = 2_628_000  # seconds


def poll_content(said: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ApiError. A quiz in a private chat shows the bot the right answer from the beginning."""
    question, found = formatted(str(said.get("question") or ""), said.get("question_entities"))
    if not question:
        raise bad_request("poll question must be non-empty")
    if utf16_length(question) > MOST_QUESTION:
        raise bad_request(f"poll question length must not exceed {MOST_QUESTION}")
    options = _options(said.get("options"))
    kind = str(said.get("type") or "regular")
    if kind not in {"regular", "quiz"}:
        raise bad_request("unsupported poll type specified")
    poll: dict[str, Any] = {
        "id": str(secrets.randbits(62)),
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": bool(said.get("is_closed")),
        "is_anonymous": said.get("is_anonymous") is not False,
        "type": kind,
        "allows_multiple_answers": bool(said.get("allows_multiple_answers")),
        "allows_revoting": bool(said.get("allows_revoting", kind == "regular")),
        "members_only": False,
    }
    if found:
        poll["question_entities"] = found
    poll |= _times(said)
    return {"poll": poll | (_quiz(said, len(options)) if kind == "quiz" else {})}


def _options(asked: Any) -> list[dict[str, Any]]:
    if not isinstance(asked, list):
        raise bad_request("can't parse options JSON object")
    if not asked:
        raise bad_request("poll must have at least 1 option")
    if len(asked) > MOST_OPTIONS:
        raise bad_request(f"poll can't have more than {MOST_OPTIONS} options")
    options = []
    for number, each in enumerate(asked):
        given = each if isinstance(each, dict) else {"text": each}
        text, found = formatted(str(given.get("text") or ""), given.get("text_entities"))
        if not text:
            raise bad_request("poll options must be non-empty")
        if utf16_length(text) > MOST_OPTION:
            raise bad_request(f"poll options length must not exceed {MOST_OPTION}")
        option = {"persistent_id": str(number), "text": text, "voter_count": 0}
        options.append(option | ({"text_entities": found} if found else {}))
    return options


def _times(said: Mapping[str, Any]) -> dict[str, int]:
    period, date = int(said.get("open_period") or 0), int(said.get("close_date") or 0)
    if period and date:
        raise bad_request("open_period and close_date can't be specified simultaneously")
    if period and not 5 <= period <= LONGEST:
        raise bad_request("wrong open_period specified")
    return {name: value for name, value in (("open_period", period), ("close_date", date)) if value}


def _quiz(said: Mapping[str, Any], options: int) -> dict[str, Any]:
    right = said.get("correct_option_ids")
    if right is None and said.get("correct_option_id") is not None:
        right = [said["correct_option_id"]]
    if (
        not isinstance(right, list)
        or not right
        or not all(isinstance(each, int) and 0 <= each < options for each in right)
    ):
        raise bad_request("wrong correct option ID specified")
    answer: dict[str, Any] = {"correct_option_ids": right}
    explanation, found = formatted(str(said.get("explanation") or ""), said.get("explanation_entities"))
    if utf16_length(explanation) > MOST_EXPLANATION or explanation.count("\n") >= MOST_EXPLANATION_LINES:
        raise bad_request("poll explanation is too long")
    if explanation:
        answer |= {"explanation": explanation} | ({"explanation_entities": found} if found else {})
    return answer


def voted(poll: dict[str, Any], before: list[int], after: list[int]) -> dict[str, Any]:
    """The poll with one voter's choice changed; an empty one takes the vote back."""
    options = [
        option | {"voter_count": option["voter_count"] - (at in before) + (at in after)}
        for at, option in enumerate(poll["options"])
    ]
    total = poll["total_voter_count"] - bool(before) + bool(after)
    return poll | {"options": options, "total_voter_count": total}
