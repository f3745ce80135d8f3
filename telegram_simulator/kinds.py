"""Content that is no file: places, people, dice, polls, games, stories, checklists, gifts.

https://core.telegram.org/bots/api#message
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from telegram_simulator.entities import formatted, utf16_length
from telegram_simulator.errors import bad_request
from telegram_simulator.polls import poll_content

Said = Mapping[str, Any]
FOR_EVER = 0x7FFFFFFF  # a live location until it is stopped
MOST_VCARD = 2048  # bytes
# How high each dice goes. https://core.telegram.org/bots/api#dice
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def location_content(said: Said) -> dict[str, Any]:
    """A place, live when it has a `live_period`. Raises ApiError for what is no place on Earth."""
    try:
        latitude, longitude = float(said["latitude"]), float(said["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise bad_request("can't parse location: latitude and longitude are needed") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    place: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
    if accuracy := _number(said, "horizontal_accuracy"):
        if not 0 < accuracy <= 1500:
            raise bad_request("wrong horizontal accuracy specified")
        place["horizontal_accuracy"] = accuracy
    if period := int(_number(said, "live_period")):
        if not 60 <= period <= 86400 and period != FOR_EVER:
            raise bad_request("wrong live location period specified")
        place["live_period"] = period
        for name, most in (("heading", 360), ("proximity_alert_radius", 100_000)):
            if number := int(_number(said, name)):
                if not 1 <= number <= most:
                    raise bad_request(f"wrong {name.replace('_', ' ')} specified")
                place[name] = number
    return {"location": place}


def venue_content(said: Said) -> dict[str, Any]:
    """A place with a name; the real server repeats it as a location."""
    for needed in ("title", "address"):
        if not str(said.get(needed) or "").strip():
            raise bad_request(f"{needed} must be non-empty")
    place = location_content({name: said.get(name) for name in ("latitude", "longitude")})
    names = ("title", "address", "foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    return place | {"venue": place | {name: str(said[name]) for name in names if said.get(name)}}


def contact_content(said: Said) -> dict[str, Any]:
    """Raises ApiError without a phone number and a first name."""
    names = ("phone_number", "first_name", "last_name", "vcard")
    contact: dict[str, Any] = {name: str(said[name]) for name in names if said.get(name)}
    for needed in ("phone_number", "first_name"):
        if needed not in contact:
            raise bad_request(f"{needed} is empty")
    if len(contact.get("vcard", "").encode()) > MOST_VCARD:
        raise bad_request("vcard is too long")
    if said.get("user_id"):
        contact["user_id"] = int(said["user_id"])
    return {"contact": contact}


def dice_content(said: Said) -> dict[str, Any]:
    """Thrown here, unless a test says what it shows."""
    emoji = str(said.get("emoji") or "🎲").replace("\ufe0f", "")
    if emoji not in DICE:
        raise bad_request("can't send a dice with this emoji")
    value = int(_number(said, "value")) or 1 + secrets.randbelow(DICE[emoji])
    return {"dice": {"emoji": emoji, "value": value}}


def game_content(said: Said) -> dict[str, Any]:
    title, description = str(said.get("title") or "Game"), str(said.get("description") or "")
    return {"game": {"title": title, "description": description, "photo": []}}


def story_content(said: Said) -> dict[str, Any]:
    """Somebody's story, forwarded: the Bot API tells whose it is and its number, nothing of what it shows."""
    chat = said.get("chat") or {"id": -1001000000001, "type": "channel", "title": "News"}
    return {"story": {"chat": chat, "id": int(said.get("id") or 1)}}


def checklist_content(said: Said) -> dict[str, Any]:
    """`tasks`: texts, or objects with `text`. They are numbered from 1."""
    title, found = formatted(str(said.get("title") or ""), said.get("title_entities"))
    asked = said.get("tasks") or []
    if not title or utf16_length(title) > 255:
        raise bad_request("checklist title must have from 1 to 255 characters")
    if not isinstance(asked, list) or not 1 <= len(asked) <= 30:
        raise bad_request("checklist must have from 1 to 30 tasks")
    checklist: dict[str, Any] = {"title": title, "tasks": tasks(asked, first=1)}
    for name in ("others_can_add_tasks", "others_can_mark_tasks_as_done"):
        if said.get(name):
            checklist[name] = True
    return {"checklist": checklist | ({"title_entities": found} if found else {})}


def tasks(asked: list[Any], *, first: int) -> list[dict[str, Any]]:
    made = []
    for number, each in enumerate(asked, first):
        given = each if isinstance(each, dict) else {"text": each}
        text, found = formatted(str(given.get("text") or ""), given.get("text_entities"))
        if not text or utf16_length(text) > 100:
            raise bad_request("checklist task must have from 1 to 100 characters")
        made.append({"id": number, "text": text} | ({"text_entities": found} if found else {}))
    return made


def gift_content(said: Said) -> dict[str, Any]:
    """A gift as the receiver's bot is told of it. Its sticker is nowhere to be fetched."""
    stars = int(said.get("star_count") or 15)
    ids = {"file_id": "CAACAgIAAxkBGIFT", "file_unique_id": "AgADGIFT"}
    shape = {"type": "regular", "width": 512, "height": 512, "is_animated": True, "is_video": False}
    gift = {"id": "5170145012310081615", "sticker": ids | shape | {"emoji": "🎁"}, "star_count": stars}
    text, found = formatted(str(said.get("text") or ""), said.get("entities"))
    words = {"text": text} | ({"entities": found} if found else {}) if text else {}
    return {"gift": {"gift": gift} | words}


MAKERS: dict[str, Callable[[Said], dict[str, Any]]] = {
    "location": location_content,
    "venue": venue_content,
    "contact": contact_content,
    "dice": dice_content,
    "poll": poll_content,
    "game": game_content,
    "story": story_content,
    "checklist": checklist_content,
    "gift": gift_content,
}


def _number(said: Said, name: str) -> float:
    """Zero when absent or unreadable."""
    try:
        return float(said.get(name) or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
