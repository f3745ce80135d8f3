"""Buttons below a message, checked as the real server does. https://core.telegram.org/bots/api#inlinekeyboardbutton"""

from typing import Any

from telegram_simulator.errors import bad_request
from telegram_simulator.links import problem_of
from telegram_simulator.parameters import Parameters

MOST_CALLBACK_DATA = 64  # bytes
MOST_BUTTONS = 100
NO_ACTION = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
ACTIONS = {"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"}


def markup_of(parameters: Parameters) -> dict[str, Any]:
    """`reply_markup` as it stays with the message (buttons below it), or nothing. Raises ApiError."""
    markup = parameters.json("reply_markup")
    if markup is None:
        return {}
    if not isinstance(markup, dict):
        raise bad_request("can't parse reply keyboard markup JSON object")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return {}
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton")
    for row in rows:
        for button in row:
            _check_button(button)
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"reply_markup": {"inline_keyboard": rows}} if any(rows) else {}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad_request("can't parse inline keyboard button: button text must not be empty")
    if not ACTIONS & set(button):
        raise bad_request(NO_ACTION)
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MOST_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and (problem := problem_of(str(button["url"]))):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: {problem}")
