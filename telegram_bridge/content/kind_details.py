"""What each kind of message has besides text and files, as the page reads it from `Message.details`.

The kinds and their keys are the contract between the bridge and the pages (tickets/models/messages.py).
https://core.telegram.org/bots/api#message
"""

from datetime import datetime, timedelta
from typing import Any

from telegram_bridge.content.files import sticker_format, track
from telegram_bridge.content.names import by_whom, chat_name, story_link
from telegram_bridge.content.reading import (
    BIGGEST_NUMBER,
    Json,
    cleaned,
    entities,
    identifier,
    number,
    numbers,
    part,
    parts,
    whole,
    words,
)

LONGEST_TITLE = 200
# Shared until it is switched off: https://core.telegram.org/bots/api#location
FOR_EVER = BIGGEST_NUMBER


def sticker(file: Json) -> Json:
    emoji = words(file, "emoji", most=64)
    return _filled(
        emoji=emoji, set_name=words(file, "set_name", most=64), format=sticker_format(file), title=emoji
    )


def audio(file: Json) -> Json:
    return _filled(
        performer=words(file, "performer", most=LONGEST_TITLE),
        track=words(file, "title", most=LONGEST_TITLE),
        title=track(file),
    )


def place(location: Json, venue: Json, shared_at: datetime | None) -> Json | None:
    """Coordinates, how they move and until when (`live_until`), and the name of the place when it has one."""
    details = {name: number(location, name) for name in ("latitude", "longitude")}
    if None in details.values():
        return None
    for name in ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius"):
        if (value := number(location, name)) is not None:
            details[name] = value
    period = whole(location, "live_period")
    ends = {}
    if period and period != FOR_EVER and shared_at:
        ends["live_until"] = (shared_at + timedelta(seconds=period)).isoformat()
    named = _filled(title=words(venue, "title", most=LONGEST_TITLE), address=words(venue, "address"))
    return {**details, **ends, **named}


def contact(card: Json) -> Json:
    names = [words(card, "first_name"), words(card, "last_name")]
    name = " ".join(part for part in names if part)
    phone = words(card, "phone_number")
    title = ", ".join(part for part in (name, phone) if part)
    return {
        "first_name": names[0],
        "phone_number": phone,
        **_filled(
            last_name=names[1],
            user_id=identifier(card, "user_id"),
            vcard=words(card, "vcard"),
            title=title[:LONGEST_TITLE],
        ),
    }


def poll(body: Json) -> Json:
    """https://core.telegram.org/bots/api#poll"""
    options = [
        {
            "text": words(option, "text"),
            "voter_count": whole(option, "voter_count") or 0,
            **_filled(id=words(option, "persistent_id", most=64)),
        }
        for option in parts(body, "options")
    ]
    right = numbers(body, "correct_option_ids")
    first_right = right[0] if right else body.get("correct_option_id")
    return {
        "poll_id": words(body, "id"),
        "question": words(body, "question"),
        "options": options,
        "total_voter_count": whole(body, "total_voter_count") or 0,
        "is_closed": body.get("is_closed") is True,
        "is_anonymous": body.get("is_anonymous") is True,
        "allows_multiple_answers": body.get("allows_multiple_answers") is True,
        "poll_type": words(body, "type", most=32) or "regular",
        "title": words(body, "question", most=LONGEST_TITLE),
        **_filled(
            question_entities=entities(body, "question_entities"),
            explanation=words(body, "explanation"),
            # The first one may be number 0, which is not nothing.
            correct_option_id=first_right if type(first_right) is int and 0 <= first_right < 100 else None,
        ),
    }


def dice(body: Json) -> Json | None:
    emoji, value = words(body, "emoji", most=16), whole(body, "value")
    if not emoji or value is None:
        return None
    return {"emoji": emoji, "value": value, "title": f"{emoji} {value}"}


def game(body: Json) -> Json:
    return {"title": words(body, "title", most=LONGEST_TITLE), "description": words(body, "description")}


def story(body: Json) -> Json:
    chat = part(body, "chat")
    return {
        "title": chat_name(chat)[:LONGEST_TITLE],
        **_filled(url=story_link(chat, whole(body, "id"))),
    }


def paid_media(body: Json) -> Json:
    items = []
    for item in parts(body, "paid_media"):
        inner = part(item, "video") or part(item, "live_photo") or item
        duration = whole(inner, "duration")
        items.append({"type": words(item, "type", most=32), **_filled(duration=duration)})
    return {"star_count": whole(body, "star_count") or 0, "items": items}


def checklist(body: Json) -> Json:
    """A task that is done has when it was done; who did it is told only sometimes."""
    return {
        "title": words(body, "title", most=LONGEST_TITLE),
        "tasks": [task(one) for one in parts(body, "tasks")],
        **({"others_can_add": True} if body.get("others_can_add_tasks") is True else {}),
    }


def task(body: Json) -> Json:
    who = by_whom(body, "completed_by_user", "completed_by_chat")
    done = bool(who) or bool(whole(body, "completion_date"))
    about = _filled(id=identifier(body, "id"), by=who)
    return {"text": words(body, "text"), "done": done, **about}


def _filled(**values: Any) -> Json:
    """`values` without those that say nothing."""
    return {name: cleaned(value) for name, value in values.items() if value not in ("", None, [])}
