"""What Telegram itself tells in a chat is one line, and no kind of message is left without a form."""

from typing import Any

import pytest
import telegram
from telegram.constants import MessageType

from telegram_bridge.content.messages import READERS
from telegram_bridge.content.placeholders import DESCRIPTIONS, ENVELOPE
from telegram_bridge.content.service_messages import SENTENCES
from telegram_bridge.models import Update
from tests.telegram_bridge.updates import Inbound, Json, close, last_row, message, received, text, user
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

BO = user(5, first_name="Bo", last_name="")
CHECKLIST = {
    "message_id": 1,
    "chat": {"id": 1, "type": "private"},
    "date": 1,
    "checklist": {"title": "Move", "tasks": [{"id": 1, "text": "Pack"}, {"id": 2, "text": "Rest"}]},
}
PAYMENT = {"currency": "XTR", "total_amount": 100, "invoice_payload": "p"}

LINES: list[tuple[str, Any, list[str]]] = [
    ("pinned_message", text("look\nhere"), ["Pinned a message: look here"]),
    ("pinned_message", {"chat": {"id": 1}, "message_id": 1, "date": 0}, ["Pinned a message"]),
    (
        "message_auto_delete_timer_changed",
        {"message_auto_delete_time": 172_800},
        ["Messages delete themselves after 2 days"],
    ),
    (
        "message_auto_delete_timer_changed",
        {"message_auto_delete_time": 3600},
        ["Messages delete themselves after 1 hour"],
    ),
    (
        "message_auto_delete_timer_changed",
        {"message_auto_delete_time": 61},
        ["Messages delete themselves after 61 seconds"],
    ),
    (
        "message_auto_delete_timer_changed",
        {"message_auto_delete_time": 0},
        ["Messages no longer delete themselves"],
    ),
    ("chat_background_set", {"type": {"type": "fill"}}, ["Changed the chat's background"]),
    ("successful_payment", PAYMENT, ["Paid: 100 ⭐"]),
    ("refunded_payment", {"currency": "JPY", "total_amount": 5}, ["Refunded: 5 JPY"]),
    (
        "users_shared",
        {"users": [{"user_id": 7}, {"user_id": 8, "first_name": "Bo"}]},
        ["Shared users", "7", "Bo"],
    ),
    ("chat_shared", {"chat_id": -100, "title": "News"}, ["Shared a chat: News"]),
    ("chat_shared", {"chat_id": -100}, ["Shared a chat: -100"]),
    ("connected_website", "example.com", ["Signed in on example.com"]),
    ("write_access_allowed", {}, ["Allowed the bot to write"]),
    ("write_access_allowed", {"web_app_name": "Shop"}, ["Allowed the bot to write, in Shop"]),
    ("passport_data", {"data": [], "credentials": {}}, ["Sent Telegram Passport data"]),
    (
        "proximity_alert_triggered",
        {"traveler": BO, "watcher": user(6, first_name="Al", last_name=""), "distance": 5},
        ["Bo is within 5 m of Al"],
    ),
    ("web_app_data", {"button_text": "Order", "data": '{"a": 1}'}, ["Form: Order", '{"a": 1}']),
    (
        "checklist_tasks_done",
        {
            "checklist_message": CHECKLIST,
            "marked_as_done_task_ids": [1],
            "marked_as_not_done_task_ids": [2, 9],
        },
        ["Checklist changed: Move", "✓ Pack", "○ Rest", "○ #9"],
    ),
    ("checklist_tasks_added", {"tasks": [{"id": 3, "text": "Sleep"}]}, ["Tasks added", "Sleep"]),
    ("poll_option_added", {"option_text": "Tea"}, ["Added an answer to a poll: Tea"]),
    ("poll_option_deleted", {"option_text": "Tea"}, ["Removed an answer from a poll: Tea"]),
    ("managed_bot_created", {"bot": BO}, ["Created a bot: Bo"]),
    ("boost_added", {"boost_count": 2}, ["Boosted the chat 2 times"]),
    ("new_chat_members", [BO, user()], ["Joined: Bo, Ann Lee"]),
    ("left_chat_member", BO, ["Left: Bo"]),
    ("new_chat_title", "Club", ["Renamed the chat: Club"]),
    ("new_chat_photo", [{"file_id": "a"}], ["Changed the chat's picture"]),
    ("delete_chat_photo", True, ["Removed the chat's picture"]),
    ("group_chat_created", True, ["Created the group"]),
    ("supergroup_chat_created", True, ["Created the supergroup"]),
    ("channel_chat_created", True, ["Created the channel"]),
    ("migrate_to_chat_id", -1001, ["The group became a supergroup"]),
    ("migrate_from_chat_id", -1001, ["The group became a supergroup"]),
    ("chat_owner_changed", {"new_owner": BO}, ["The chat has another owner: Bo"]),
    ("chat_owner_left", {}, ["The chat's owner left"]),
    ("forum_topic_created", {"name": "Tea", "icon_color": 1}, ["Created a topic: Tea"]),
    ("forum_topic_edited", {}, ["Changed a topic"]),
    ("forum_topic_closed", {}, ["Closed a topic"]),
    ("forum_topic_reopened", {}, ["Reopened a topic"]),
    ("general_forum_topic_hidden", {}, ["Hid the general topic"]),
    ("general_forum_topic_unhidden", {}, ["Showed the general topic again"]),
    ("video_chat_scheduled", {"start_date": 1}, ["Scheduled a video chat"]),
    ("video_chat_started", {}, ["Video chat started"]),
    ("video_chat_ended", {"duration": 125}, ["Video chat ended, 2:05 min"]),
    ("video_chat_participants_invited", {"users": [BO]}, ["Invited to a video chat: Bo"]),
    ("giveaway_created", {}, ["Started a giveaway"]),
    ("giveaway_completed", {"winner_count": 1}, ["Giveaway completed: 1 winner"]),
    ("paid_message_price_changed", {"paid_message_star_count": 3}, ["Price of a message: 3 ⭐"]),
    (
        "direct_message_price_changed",
        {"are_direct_messages_enabled": False},
        ["Direct messages switched off"],
    ),
    (
        "direct_message_price_changed",
        {"are_direct_messages_enabled": True, "direct_message_star_count": 4},
        ["Direct messages switched on: 4 ⭐ each"],
    ),
    ("suggested_post_approved", {"send_date": 1}, ["Suggested post approved"]),
    (
        "suggested_post_approval_failed",
        {"price": {}},
        ["Suggested post could not be approved: it was not paid"],
    ),
    ("suggested_post_declined", {"comment": "No"}, ["Suggested post declined: No"]),
    ("suggested_post_paid", {"currency": "TON", "amount": 1_500_000_000}, ["Suggested post paid: 1.5 TON"]),
    ("suggested_post_paid", {"currency": "XTR", "star_amount": {"amount": 7}}, ["Suggested post paid: 7 ⭐"]),
    ("suggested_post_refunded", {"reason": "post_deleted"}, ["Suggested post refunded"]),
]


@pytest.mark.parametrize(
    ("name", "value", "lines"), LINES, ids=[f"{row[0]}-{n}" for n, row in enumerate(LINES)]
)
def test_each_is_one_line_in_words(inbound: Inbound, name: str, value: Any, lines: list[str]) -> None:
    got = received(inbound, message(**{name: value}))
    assert (got.kind, got.details["type"], got.preview) == ("service", name, lines[0])
    assert got.details.get("lines", []) == lines[1:]


def test_every_service_message_is_among_those_above() -> None:
    assert {row[0] for row in LINES} == set(SENTENCES)


def fields_of_a_message() -> set[str]:
    """All that a message may have, as python-telegram-bot knows it."""
    own = {name for name in telegram.Message.__slots__ if not name.startswith("_")}
    return {"from" if name == "from_user" else name for name in own}


@pytest.mark.parametrize("name", sorted(fields_of_a_message() | {kind.value for kind in MessageType}))
def test_whatever_the_library_knows_of_a_message_has_its_place_here(name: str) -> None:
    """A new version of it that brings a new kind fails this: say what the kind is."""
    places = [name in place for place in (READERS, SENTENCES, DESCRIPTIONS, ENVELOPE)]
    assert sum(places) == 1


def test_a_service_message_reopens_nothing_and_opens_nothing_for_a_client_who_was_here(
    inbound: Inbound,
) -> None:
    ticket = received(inbound, text("Hello")).ticket
    close(ticket)
    got = received(inbound, message(pinned_message=text("Hello")))
    ticket.refresh_from_db()
    assert (got.ticket, ticket.is_closed, Ticket.objects.count()) == (ticket, True, 1)


@pytest.mark.parametrize("name", ["successful_payment", "users_shared", "web_app_data"])
def test_what_asks_for_an_answer_opens_a_ticket(inbound: Inbound, name: str) -> None:
    ticket = received(inbound, text("Hello")).ticket
    close(ticket)
    assert received(inbound, message() | {name: {}}).ticket != ticket


class TestChecklists:
    BODY: Json = {
        "checklist": {
            "title": "Move",
            "tasks": [{"id": 1, "text": "Pack"}, {"id": 2, "text": "Go", "completion_date": 5}],
        }
    }

    def test_done_and_undone_tasks_are_shown_on_the_checklist(self, inbound: Inbound) -> None:
        body = message(**self.BODY)
        ours = received(inbound, body)
        told = {"checklist_message": body, "marked_as_done_task_ids": [1], "marked_as_not_done_task_ids": [2]}
        line = received(inbound, message(checklist_tasks_done=told))
        ours.refresh_from_db()
        assert ours.details["tasks"] == [
            {"id": 1, "text": "Pack", "done": True, "by": "Ann Lee"},
            {"id": 2, "text": "Go", "done": False},
        ]
        assert line.details["lines"] == ["✓ Pack", "○ Go"]
        assert ours.edited_at is None
        assert last_row(ours).kind == "message_edited"

    def test_added_tasks_join_it_once(self, inbound: Inbound) -> None:
        body = message(**self.BODY)
        ours = received(inbound, body)
        for _ in range(2):
            told = {"checklist_message": body, "tasks": [{"id": 3, "text": "Rest"}]}
            received(inbound, message(checklist_tasks_added=told))
        ours.refresh_from_db()
        assert [task["text"] for task in ours.details["tasks"]] == ["Pack", "Go", "Rest"]

    def test_of_an_unknown_checklist_only_the_line_is_kept(self, inbound: Inbound) -> None:
        told = {"checklist_message": message(**self.BODY), "marked_as_done_task_ids": [1]}
        received(inbound, message(checklist_tasks_done=told))
        assert Message.objects.count() == 1

    def test_what_claims_a_message_that_is_no_checklist_changes_nothing(self, inbound: Inbound) -> None:
        body = text("Hello")
        received(inbound, body)
        told = {"checklist_message": body, "marked_as_done_task_ids": [1]}
        received(inbound, message(checklist_tasks_done=told))
        assert Update.objects.filter(state="done").count() == 2
