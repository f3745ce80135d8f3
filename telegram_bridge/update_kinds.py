"""Which kinds of update there are, and why some are kept without being handled.

https://core.telegram.org/bots/api#update
"""

from typing import Any

HANDLED = frozenset(
    {
        "message", "edited_message", "my_chat_member", "callback_query", "message_reaction", "poll",
        "poll_answer",
    }
)  # fmt: skip
BUSINESS = "A business account's conversation; such accounts are no inboxes yet."
CHANNEL = "A channel's post; channels are no inboxes yet."
INLINE = "Inline mode; nobody writes to the desk with it."
PAYMENT = "A payment; the desk sells nothing."
GROUP = "About who is in a group or channel; those are no inboxes yet."
NOT_HANDLED = {
    "message_reaction_count": "Reactions counted without names; only channels and groups have them.",
    "channel_post": CHANNEL,
    "edited_channel_post": CHANNEL,
    "business_connection": BUSINESS,
    "business_message": BUSINESS,
    "edited_business_message": BUSINESS,
    "deleted_business_messages": BUSINESS,
    "guest_message": "Written in a chat that the bot is no member of; such chats are no inboxes.",
    "inline_query": INLINE,
    "chosen_inline_result": INLINE,
    "shipping_query": PAYMENT,
    "pre_checkout_query": PAYMENT,
    "purchased_paid_media": PAYMENT,
    "chat_member": GROUP,
    "chat_join_request": GROUP,
    "chat_boost": GROUP,
    "removed_chat_boost": GROUP,
    "managed_bot": "A bot that this bot manages; the desk has no use for it.",
}
UNKNOWN = "A kind of update that this version doesn't know: {kind}"


def kind_of(update: dict[str, Any]) -> str:
    """The kind of an update: the field that we know, or else the first; empty when there is none."""
    names = [name for name in update if name != "update_id"]
    return next((name for name in names if name in HANDLED or name in NOT_HANDLED), names[0] if names else "")
