"""What a kind of message has beside its text, in the reader's language: "pinned a message", "3 of 5 done".

`Message.details` holds Telegram's names and the client's own words; ours are chosen here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Details = Mapping[str, Any]

# Fields of a Message that are told as a line. https://core.telegram.org/bots/api#message
SERVICES: dict[str, Promise] = {
    "new_chat_members": gettext_lazy("Someone joined the chat"),
    "left_chat_member": gettext_lazy("Someone left the chat"),
    "chat_owner_left": gettext_lazy("The owner left the chat"),
    "chat_owner_changed": gettext_lazy("The chat has another owner"),
    "new_chat_title": gettext_lazy("The chat has another name"),
    "new_chat_photo": gettext_lazy("The chat has another picture"),
    "delete_chat_photo": gettext_lazy("The chat's picture was removed"),
    "group_chat_created": gettext_lazy("A group was created"),
    "supergroup_chat_created": gettext_lazy("A group was created"),
    "channel_chat_created": gettext_lazy("A channel was created"),
    "message_auto_delete_timer_changed": gettext_lazy("The timer that deletes messages was changed"),
    "migrate_to_chat_id": gettext_lazy("The group became a supergroup"),
    "migrate_from_chat_id": gettext_lazy("The group became a supergroup"),
    "pinned_message": gettext_lazy("A message was pinned"),
    "successful_payment": gettext_lazy("A payment was made"),
    "refunded_payment": gettext_lazy("A payment was given back"),
    "users_shared": gettext_lazy("Users were shared with the bot"),
    "chat_shared": gettext_lazy("A chat was shared with the bot"),
    "connected_website": gettext_lazy("Signed in to a website with Telegram"),
    "write_access_allowed": gettext_lazy("The bot was allowed to write"),
    "passport_data": gettext_lazy("Telegram Passport data was sent"),
    "proximity_alert_triggered": gettext_lazy("A proximity alert went off"),
    "boost_added": gettext_lazy("The chat was boosted"),
    "chat_background_set": gettext_lazy("The chat has another background"),
    "checklist_tasks_done": gettext_lazy("Tasks of a checklist were ticked or cleared"),
    "checklist_tasks_added": gettext_lazy("Tasks were added to a checklist"),
    "direct_message_price_changed": gettext_lazy("The price of direct messages was changed"),
    "paid_message_price_changed": gettext_lazy("The price of messages was changed"),
    "forum_topic_created": gettext_lazy("A topic was created"),
    "forum_topic_edited": gettext_lazy("A topic was changed"),
    "forum_topic_closed": gettext_lazy("A topic was closed"),
    "forum_topic_reopened": gettext_lazy("A topic was reopened"),
    "general_forum_topic_hidden": gettext_lazy("The general topic was hidden"),
    "general_forum_topic_unhidden": gettext_lazy("The general topic was shown"),
    "giveaway_created": gettext_lazy("A giveaway was created"),
    "giveaway": gettext_lazy("A giveaway"),
    "giveaway_winners": gettext_lazy("A giveaway has its winners"),
    "giveaway_completed": gettext_lazy("A giveaway has ended"),
    "suggested_post_approved": gettext_lazy("A suggested post was approved"),
    "suggested_post_approval_failed": gettext_lazy("A suggested post could not be approved"),
    "suggested_post_declined": gettext_lazy("A suggested post was declined"),
    "suggested_post_paid": gettext_lazy("A suggested post was paid for"),
    "suggested_post_refunded": gettext_lazy("A suggested post was refunded"),
    "video_chat_scheduled": gettext_lazy("A video chat was planned"),
    "video_chat_started": gettext_lazy("A video chat began"),
    "video_chat_ended": gettext_lazy("A video chat ended"),
    "video_chat_participants_invited": gettext_lazy("People were invited to a video chat"),
    "web_app_data": gettext_lazy("A form was sent"),
    "poll_option_added": gettext_lazy("An answer was added to a poll"),
    "poll_option_deleted": gettext_lazy("An answer was removed from a poll"),
    "managed_bot_created": gettext_lazy("A bot was created"),
}
# Whose line says more than what happened, throughout.
ALL_FACTS = frozenset(
    {
        "message_auto_delete_timer_changed", "connected_website", "proximity_alert_triggered", "boost_added",
        "video_chat_ended",
    }
)  # fmt: skip
GIFTS: dict[str, Promise] = {
    "Gift": gettext_lazy("Gift"),
    "Gift upgrade": gettext_lazy("Gift upgrade"),
    "Unique gift": gettext_lazy("Unique gift"),
}
# By the kind and the state of an Amendment.
ASKED: dict[tuple[str, str], Promise] = {
    ("edit", "queued"): gettext_lazy("The edit is on its way to Telegram."),
    ("edit", "failed"): gettext_lazy("The edit was refused."),
    ("delete", "queued"): gettext_lazy("The deletion is on its way to Telegram."),
    ("delete", "failed"): gettext_lazy("The deletion was refused."),
    ("react", "queued"): gettext_lazy("The reaction is on its way to Telegram."),
    ("react", "failed"): gettext_lazy("The reaction was refused."),
}


def of_service(details: Details) -> str:
    """The line that a service message is: the bridge's own English one, or ours with the facts in it."""
    title = str(details.get("title") or "")
    kind = str(details.get("type") or "")
    words = SERVICES.get(kind)
    if words is None or (title and is_english()):
        return title or _("Service message")
    facts = title if kind in ALL_FACTS else title.partition(": ")[2]
    return f"{words}: {facts}" if facts else str(words)


def of_gift(details: Details) -> tuple[str, str]:
    """What kind of gift it is, and which."""
    title = str(details.get("title") or "")
    what, _colon, facts = title.partition(": ")
    if what in GIFTS:
        return str(GIFTS[what]), facts
    return _("Gift"), title


def is_english() -> bool:
    return (translation.get_language() or "en").partition("-")[0] == "en"


def of_unknown(details: Details) -> str:
    """A kind that the desk does not know, by the name that Telegram gives it."""
    kind = str(details.get("type") or "")
    return str(details.get("title") or "") or kind.replace("_", " ").capitalize() or _("Other")


def of_poll(details: Details) -> str:
    """What kind of poll it is."""
    notes = [_("Quiz") if details.get("poll_type") == "quiz" else _("Poll")]
    notes.append(_("anonymous") if details.get("is_anonymous", True) else _("with names"))
    if details.get("allows_multiple_answers"):
        notes.append(_("several answers"))
    if details.get("is_closed"):
        notes.append(_("ended"))
    return " · ".join(notes)


def of_votes(details: Details) -> str:
    votes = details.get("total_voter_count")
    count = votes if isinstance(votes, int) else 0
    return ngettext("%(count)s vote", "%(count)s votes", count) % {"count": count} if count else _("No votes")


def of_tasks(tasks: Sequence[Details]) -> str:
    done = sum(1 for task in tasks if task.get("done"))
    return _("%(done)s of %(all)s done") % {"done": done, "all": len(tasks)}


def of_amendment(kind: str, state: str) -> str:
    """What staff asked to change of a message, and what became of it."""
    words = ASKED.get((kind, state))
    return str(words) if words is not None else ""


def preview(kind: str, details: Details) -> str:
    """One line for a message without text, in lists; empty when nothing but its kind can be said."""
    if kind == "service":
        return of_service(details)
    return str(details.get("title") or details.get("question") or details.get("emoji") or "")
