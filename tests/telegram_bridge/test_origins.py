"""Where a message comes from and what it answers, when that is not a message of this chat."""

import pytest

from tests.telegram_bridge.updates import Inbound, Json, close, edited, message, received, text, user

pytestmark = pytest.mark.django_db

AT = {"date": 1_700_000_000}
WHEN = "2023-11-14T22:13:20+00:00"
CHANNEL = {"id": -1001234567890, "type": "channel", "title": "News", "username": "the_news"}
HIDDEN = {"id": -1001234567890, "type": "channel", "title": "Secret"}
GROUP = {"id": -100777, "type": "supergroup", "title": "Club"}

ORIGINS: list[tuple[Json, Json]] = [
    ({"type": "user", "sender_user": user(5, first_name="Bo")}, {"forwarded_from": "Bo Lee"}),
    ({"type": "hidden_user", "sender_user_name": "Bo the Shy"}, {"forwarded_from": "Bo the Shy"}),
    ({"type": "chat", "sender_chat": GROUP, "author_signature": "admin"}, {"forwarded_from": "Club (admin)"}),
    (
        {"type": "channel", "chat": CHANNEL, "message_id": 7, "author_signature": "Eve"},
        {"forwarded_from": "News (Eve)", "forwarded_url": "https://t.me/the_news/7"},
    ),
    (
        {"type": "channel", "chat": HIDDEN, "message_id": 7},
        {"forwarded_from": "Secret", "forwarded_url": "https://t.me/c/1234567890/7"},
    ),
    (
        {"type": "channel", "chat": CHANNEL | {"username": "a/../b?"}, "message_id": "7"},
        {"forwarded_from": "News"},
    ),
    ({"type": "from_the_future"}, {}),
]


@pytest.mark.parametrize(("origin", "details"), ORIGINS, ids=[row[0]["type"] for row in ORIGINS])
def test_a_forward_tells_who_wrote_it_when_and_where_it_is(
    inbound: Inbound, origin: Json, details: Json
) -> None:
    got = received(inbound, text("x", forward_origin=origin | AT))
    assert got.details == details | {"forwarded_at": WHEN}


class TestReplies:
    def test_the_words_and_the_writer_of_an_unknown_message_are_kept(self, inbound: Inbound) -> None:
        target = message(caption="said long ago", photo=[])
        got = received(inbound, text("yes", reply_to_message=target))
        assert (got.reply_to, got.quote, got.details) == (None, "said long ago", {"reply_from": "Ann Lee"})

    def test_the_quoted_part_goes_before_the_whole(self, inbound: Inbound) -> None:
        target = text("said long ago", sender=user(5, first_name="Bot", is_bot=True))
        quote = {"text": "long", "position": 5, "is_manual": True}
        got = received(inbound, text("yes", reply_to_message=target, quote=quote))
        assert (got.quote, got.details) == ("long", {"reply_from": "Bot Lee"})

    def test_a_message_of_an_earlier_ticket_that_telegram_no_longer_shows_is_found(
        self, inbound: Inbound
    ) -> None:
        body = text("question")
        first = received(inbound, body)
        close(first.ticket)
        gone = {"chat": body["chat"], "message_id": body["message_id"], "date": 0}
        got = received(inbound, text("about that", reply_to_message=gone))
        assert (got.reply_to, got.details) == (first, {})

    def test_of_a_message_in_another_chat_the_quote_and_the_writer(self, inbound: Inbound) -> None:
        origin = {"type": "channel", "chat": CHANNEL, "message_id": 7} | AT
        external = {"origin": origin, "chat": CHANNEL, "message_id": 7}
        got = received(inbound, text("?", external_reply=external, quote={"text": "cheap", "position": 0}))
        assert (got.reply_to, got.quote, got.details) == (None, "cheap", {"reply_from": "News"})

    def test_an_external_reply_may_be_to_this_chat(self, inbound: Inbound) -> None:
        body = text("question")
        first = received(inbound, body)
        external = {
            "origin": {"type": "user", "sender_user": user()} | AT,
            "chat": body["chat"],
            "message_id": body["message_id"],
        }
        assert received(inbound, text("?", external_reply=external)).reply_to == first

    def test_the_number_of_another_chats_message_is_no_number_here(self, inbound: Inbound) -> None:
        body = text("question")
        received(inbound, body)
        external = {
            "origin": {"type": "user", "sender_user": user(5)} | AT,
            "chat": GROUP,
            "message_id": body["message_id"],
        }
        assert received(inbound, text("?", external_reply=external)).reply_to is None

    def test_a_reply_to_a_story_says_whose_it_is(self, inbound: Inbound) -> None:
        story = {"id": 3, "chat": {"id": 5, "type": "private", "first_name": "Bo"}}
        got = received(inbound, text("nice", reply_to_story=story))
        assert got.details == {"reply_from": "Bo", "reply_kind": "story"}

    def test_of_a_checklist_or_a_poll_the_one_line_that_is_answered(self, inbound: Inbound) -> None:
        tasks = message(
            checklist={"title": "Move", "tasks": [{"id": 1, "text": "Pack"}, {"id": 2, "text": "Go"}]}
        )
        first = received(inbound, tasks)
        got = received(inbound, text("how?", reply_to_message=tasks, reply_to_checklist_task_id=2))
        assert (got.reply_to, got.quote) == (first, "Go")
        options = [{"text": "Tea", "voter_count": 0, "persistent_id": "a"}]
        poll = message(poll={"id": "1", "question": "?", "options": options})
        received(inbound, poll)
        got = received(inbound, text("this", reply_to_message=poll, reply_to_poll_option_id="a"))
        assert got.quote == "Tea"

    def test_a_message_in_a_topic_answers_nothing_by_being_there(self, inbound: Inbound) -> None:
        topic = message(forum_topic_created={"name": "Tea", "icon_color": 1})
        got = received(inbound, text("x", reply_to_message=topic, is_topic_message=True, message_thread_id=1))
        assert (got.reply_to, got.quote, got.details) == (None, "", {})

    def test_an_edit_keeps_what_was_answered(self, inbound: Inbound) -> None:
        body = text("yes", reply_to_message=text("said long ago"))
        got = received(inbound, body)
        del body["reply_to_message"]
        edited(inbound, got, body, text="no")
        assert (got.text, got.quote, got.details) == ("no", "said long ago", {"reply_from": "Ann Lee"})
