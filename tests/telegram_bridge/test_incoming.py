"""What each kind of update does to the desk."""

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from telegram_bridge import ingest
from telegram_bridge.models import TelegramMessage, Update
from tests.factories import make_bot, make_message, make_user
from tests.telegram_bridge.updates import (
    CLIENT,
    Inbound,
    Json,
    close,
    file,
    jobs,
    kinds,
    membership,
    message,
    photo,
    received,
    text,
    user,
)
from tickets import operations
from tickets.models import Attachment, Client, Message, Status, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

Kind = TicketEvent.Kind


class TestMessages:
    def test_a_first_message_opens_a_ticket_of_a_new_client(self, inbound: Inbound) -> None:
        got = received(inbound, text("Hello", sender=user(username="ann")))
        client = got.ticket.client
        assert (client.name, client.username, client.external_id) == ("Ann Lee", "ann", CLIENT)
        assert (got.text, got.direction, got.kind) == ("Hello", "in", "text")
        assert got.created_at.timestamp() == 1_700_000_000
        assert kinds(got.ticket) == [Kind.TICKET_OPENED, Kind.MESSAGE_RECEIVED]

    def test_the_next_one_joins_the_open_ticket(self, inbound: Inbound) -> None:
        first = received(inbound, text("one"))
        assert received(inbound, text("two")).ticket == first.ticket

    def test_after_closing_a_message_opens_another_ticket(self, inbound: Inbound) -> None:
        first = received(inbound, text("one"))
        operations.set_status(first.ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())
        assert received(inbound, text("two")).ticket != first.ticket

    def test_the_same_person_at_two_bots_is_two_clients(self, inbound: Inbound) -> None:
        other = Inbound(make_bot())
        assert received(inbound, text("one")).ticket.client != other_client(other)

    def test_nul_and_lone_surrogates_become_the_replacement_character(self, inbound: Inbound) -> None:
        entity = {"type": "text_link", "offset": 0, "length": 1, "url": "http://a\x00"}
        got = received(
            inbound, text("a\x00b\ud83dc", entities=[entity], sender=user(first_name="A\x00n\ud83d"))
        )
        assert got.text == "a\ufffdb\ufffdc"
        assert got.entities == [{**entity, "url": "http://a\ufffd"}]
        assert got.ticket.client.name == "A\ufffdn\ufffd Lee"

    def test_a_changed_profile_is_followed_and_told_once(self, inbound: Inbound) -> None:
        first = received(inbound, text("one"))
        for _ in range(2):
            received(inbound, text("two", sender=user(first_name="Anna", username="anna")))
        client = Client.objects.get()
        assert (client.name, client.username) == ("Anna Lee", "anna")
        assert kinds(first.ticket).count(Kind.CLIENT_CHANGED) == 1

    def test_a_message_that_is_known_is_not_received_twice(self, inbound: Inbound) -> None:
        body = text("once")
        received(inbound, body)
        assert inbound.apply(body).error == "This message is known already."
        assert Message.objects.count() == 1

    @pytest.mark.parametrize("chat_type", ["group", "supergroup", "channel"])
    def test_other_chats_open_no_ticket_and_say_why(self, inbound: Inbound, chat_type: str) -> None:
        update = inbound.apply(text("Hello", chat={"id": -5, "type": chat_type, "title": "G"}))
        assert (update.state, update.error) == ("skipped", f"Not a private chat: {chat_type}")
        assert not Ticket.objects.exists()

    def test_other_bots_open_no_ticket(self, inbound: Inbound) -> None:
        assert inbound.apply(text("Hello", sender=user(is_bot=True))).error == "Written by a bot."


def other_client(inbound: Inbound) -> Client:
    return received(inbound, text("one")).ticket.client


MOVING = {"width": 4, "height": 3, "duration": 2, "mime_type": "video/mp4"}
STICKER = {"type": "regular", "width": 5, "height": 5, "is_animated": False, "is_video": False, "emoji": "😀"}
FILES: list[tuple[str, Json, str, str]] = [
    ("document", {"file_name": "a.pdf", "mime_type": "application/pdf"}, "a.pdf", "application/pdf"),
    ("video", {**MOVING, "file_name": "v.mp4"}, "v.mp4", "video/mp4"),
    ("voice", {"duration": 3, "mime_type": "audio/ogg"}, "", "audio/ogg"),
    ("audio", {"duration": 3, "performer": "P", "title": "T", "mime_type": "audio/mpeg"}, "", "audio/mpeg"),
    ("animation", MOVING, "", "video/mp4"),
    ("video_note", {"length": 240, "duration": 2}, "", "video/mp4"),
    ("sticker", STICKER, "", "image/webp"),
]


class TestKinds:
    @pytest.mark.parametrize(("kind", "fields", "name", "mime_type"), FILES, ids=[row[0] for row in FILES])
    def test_each_kind_of_file_comes_in_as_what_it_is(
        self, inbound: Inbound, kind: str, fields: Json, name: str, mime_type: str
    ) -> None:
        got = received(inbound, message(CLIENT, **{kind: file(**fields)}))
        attachment = got.attachments.get()
        assert (got.kind, attachment.kind, attachment.name, attachment.mime_type) == (
            kind,
            kind,
            name,
            mime_type,
        )
        assert (attachment.state, attachment.size) == ("waiting", 5)
        assert attachment.duration == fields.get("duration")
        assert jobs("fetch_file") == [{"attachment_id": attachment.pk}]

    def test_of_a_photo_the_largest_size_with_its_caption(self, inbound: Inbound) -> None:
        entity = {"type": "bold", "offset": 0, "length": 2}
        got = received(inbound, message(photo=photo("p"), caption="Look", caption_entities=[entity]))
        attachment = got.attachments.get()
        assert (got.kind, got.text, got.entities) == ("photo", "Look", [entity])
        assert (attachment.width, attachment.mime_type) == (900, "image/jpeg")
        assert attachment.telegram.file_id == "l-p"

    def test_an_animation_is_not_also_its_document(self, inbound: Inbound) -> None:
        moving = file(width=4, height=3, duration=2)
        got = received(inbound, message(animation=moving, document=moving))
        assert (got.kind, got.attachments.count()) == ("animation", 1)

    def test_a_file_over_the_limit_says_so_and_is_not_fetched(self, inbound: Inbound) -> None:
        got = received(inbound, message(document=file(file_size=20 * 1024 * 1024 + 1)))
        assert got.attachments.get().state == Attachment.State.TOO_BIG
        assert jobs("fetch_file") == []

    def test_a_place_has_its_coordinates_and_name(self, inbound: Inbound) -> None:
        place = {"latitude": 1.5, "longitude": 2.5}
        got = received(
            inbound,
            message(location=place, venue={"location": place, "title": "Café", "address": "Street 1"}),
        )
        assert got.kind == "location"
        assert got.details == place | {"title": "Café", "address": "Street 1"}

    def test_a_contact_has_its_number(self, inbound: Inbound) -> None:
        got = received(
            inbound, message(contact={"phone_number": "+491", "first_name": "Bo", "user_id": 2**40})
        )
        assert (got.kind, got.preview) == ("contact", "Bo, +491")
        assert got.details["user_id"] == 2**40

    @pytest.mark.parametrize(
        ("fields", "title", "lines"),
        [
            ({"hologram_of_2030": {"depth": 3}}, "Hologram of 2030", None),
            ({}, "Empty", None),
        ],
    )  # fmt: skip
    def test_any_other_kind_is_a_labelled_placeholder(
        self, inbound: Inbound, fields: Json, title: str, lines: list[str] | None
    ) -> None:
        got = received(inbound, message(**fields))
        assert (got.kind, got.preview, got.details.get("lines")) == ("other", title, lines)

    def test_a_forwarded_message_names_who_wrote_it(self, inbound: Inbound) -> None:
        origin = {"type": "user", "sender_user": user(5, first_name="Bo", last_name="")}
        assert received(inbound, text("x", forward_origin=origin)).details == {"forwarded_from": "Bo"}


class TestAlbums:
    def test_parts_become_one_message_with_the_caption_of_any(self, inbound: Inbound) -> None:
        first = received(inbound, message(photo=photo(), media_group_id="g"))
        received(inbound, message(photo=photo(), media_group_id="g", caption="All of it"))
        third = received(inbound, message(video=file(width=1, height=1, duration=1), media_group_id="g"))
        assert first == third
        assert (third.kind, third.text) == ("album", "All of it")
        assert list(third.attachments.values_list("position", "kind")) == [
            (0, "photo"),
            (1, "photo"),
            (2, "video"),
        ]
        assert kinds(third.ticket)[1:] == [
            Kind.MESSAGE_RECEIVED,
            Kind.MESSAGE_EXTENDED,
            Kind.MESSAGE_EXTENDED,
        ]
        assert len(jobs("fetch_file")) == 3

    def test_a_late_part_joins_even_after_another_message(self, inbound: Inbound) -> None:
        first = received(inbound, message(photo=photo(), media_group_id="g"))
        received(inbound, text("between"))
        assert received(inbound, message(photo=photo(), media_group_id="g")) == first

    def test_what_is_later_than_the_closing_opens_a_new_ticket_where_the_rest_joins_it(
        self, inbound: Inbound
    ) -> None:
        first = received(inbound, message(photo=photo(), media_group_id="g"))
        operations.set_status(first.ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())
        late = received(inbound, message(photo=photo(), media_group_id="g"))
        assert late.ticket != first.ticket
        assert late.ticket.closed_at is None
        assert received(inbound, message(photo=photo(), media_group_id="g")) == late
        assert (first.attachments.count(), late.attachments.count()) == (1, 2)

    def test_albums_of_two_chats_with_the_same_id_are_two(self, inbound: Inbound) -> None:
        first = received(inbound, message(photo=photo(), media_group_id="g"))
        assert received(inbound, message(CLIENT + 1, photo=photo(), media_group_id="g")) != first

    def test_several_captions_are_all_kept_with_their_entities_and_edited_one_by_one(
        self, inbound: Inbound
    ) -> None:
        bold = {"type": "bold", "offset": 0, "length": 2}
        one = message(photo=photo("a"), media_group_id="g", caption="😀 one", caption_entities=[bold])
        two = message(photo=photo("b"), media_group_id="g", caption="two", caption_entities=[bold])
        received(inbound, one)
        got = received(inbound, two)
        assert got.text == "😀 one\n\ntwo"
        assert got.entities == [bold, {**bold, "offset": 8}]
        edited = {**two, "caption": "2", "caption_entities": [], "edit_date": 1_700_000_100}
        assert inbound.apply(edited, "edited_message").error == ""
        got.refresh_from_db()
        assert (got.text, got.kind, got.attachments.count()) == ("😀 one\n\n2", "album", 2)
        assert [version.text for version in got.versions.all()] == ["😀 one\n\ntwo"]


class TestEdits:
    def test_an_edit_replaces_the_text_and_keeps_the_version_before(self, inbound: Inbound) -> None:
        body = text("befor")
        got = received(inbound, body)
        inbound.apply({**body, "text": "before", "edit_date": 1_700_000_100}, "edited_message")
        got.refresh_from_db()
        assert got.text == "before"
        assert got.edited_at is not None
        assert got.edited_at.timestamp() == 1_700_000_100
        assert [version.text for version in got.versions.all()] == ["befor"]
        assert kinds(got.ticket)[-1] == Kind.MESSAGE_EDITED

    def test_an_edit_that_changes_nothing_leaves_no_trace(self, inbound: Inbound) -> None:
        body = text("same")
        got = received(inbound, body)
        update = inbound.apply({**body, "edit_date": 1_700_000_100}, "edited_message")
        assert update.error == "An edit that changed nothing that is shown."
        assert not got.versions.exists()
        assert Kind.MESSAGE_EDITED not in kinds(got.ticket)

    def test_an_edited_caption_keeps_the_file(self, inbound: Inbound) -> None:
        body = message(photo=photo("a"), caption="old")
        got = received(inbound, body)
        inbound.apply({**body, "caption": "new", "edit_date": 1_700_000_100}, "edited_message")
        got.refresh_from_db()
        assert (got.text, got.attachments.count(), len(jobs("fetch_file"))) == ("new", 1, 1)

    def test_a_replaced_file_joins_the_one_before(self, inbound: Inbound) -> None:
        body = message(photo=photo("a"))
        got = received(inbound, body)
        inbound.apply({**body, "photo": photo("b"), "edit_date": 1_700_000_100}, "edited_message")
        ids = [attachment.telegram.file_id for attachment in got.attachments.all()]
        assert ids == ["l-a", "l-b"]
        assert len(jobs("fetch_file")) == 2
        assert kinds(got.ticket)[-1] == Kind.MESSAGE_EDITED

    def test_an_edit_in_a_closed_ticket_stays_there(self, inbound: Inbound) -> None:
        body = text("old")
        got = received(inbound, body)
        operations.set_status(got.ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())
        inbound.apply({**body, "text": "new", "edit_date": 1_700_000_100}, "edited_message")
        got.refresh_from_db()
        assert got.text == "new"
        assert Ticket.objects.count() == 1

    def test_an_edit_of_an_unknown_message_is_kept_as_a_message_that_was_edited(
        self, inbound: Inbound
    ) -> None:
        body = text("what it says now", edit_date=1_700_000_100)
        inbound.apply(body, "edited_message")
        got = Message.objects.get()
        assert (got.text, got.edited_at is not None) == ("what it says now", True)


class TestReplies:
    def test_a_reply_keeps_its_target_also_from_an_earlier_ticket(self, inbound: Inbound) -> None:
        body = text("question")
        first = received(inbound, body)
        operations.set_status(first.ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())
        quote = {"text": "quest", "position": 0}
        got = received(inbound, text("about that", reply_to_message=body, quote=quote))
        assert (got.reply_to, got.quote) == (first, "quest")

    def test_of_an_unknown_target_its_words_are_kept(self, inbound: Inbound) -> None:
        got = received(inbound, text("yes", reply_to_message=text("said long ago")))
        assert (got.reply_to, got.quote) == (None, "said long ago")

    def test_a_reply_to_ours_points_to_our_message(self, inbound: Inbound) -> None:
        ticket = received(inbound, text("hello")).ticket
        anna = make_user()
        operations.take(ticket, staff=anna)
        ours = make_message(ticket, author=anna)
        TelegramMessage.objects.create(bot=inbound.bot, chat_id=CLIENT, telegram_id=9_000_001, message=ours)
        target = {**text("Hello"), "message_id": 9_000_001}
        assert received(inbound, text("thanks", reply_to_message=target)).reply_to == ours


class TestStart:
    def test_start_greets_and_opens_no_ticket(self, inbound: Inbound) -> None:
        update = inbound.apply(text("/start"))
        assert (update.state, update.error) == ("done", "The bot was started; the client is greeted.")
        client = Client.objects.get()
        assert not Ticket.objects.exists()
        assert jobs("greet") == [{"bot_id": inbound.bot.pk, "client_id": client.pk}]
        assert ProcrastinateJob.objects.get(queue_name="delivery").lock == f"chat:{client.pk}"

    @pytest.mark.parametrize("words", ["/start ad_7", "/start@our_bot ad_7", "/start  ad_7 "])
    def test_its_payload_becomes_the_source_of_the_next_ticket_only(
        self, inbound: Inbound, words: str
    ) -> None:
        inbound.apply(text(words))
        ticket = received(inbound, text("Hello")).ticket
        assert ticket.source == "ad_7"
        operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())
        assert received(inbound, text("Again")).ticket.source == ""

    def test_a_link_they_come_by_while_a_ticket_is_open_is_told_in_it(self, inbound: Inbound) -> None:
        ticket = received(inbound, text("Hello")).ticket
        inbound.apply(text("/start ad_7"))
        event = ticket.events.get(kind=Kind.CLIENT_STARTED)
        assert (event.data, event.actor) == ({"payload": "ad_7"}, "client")
        inbound.apply(text("/start"))
        assert ticket.events.filter(kind=Kind.CLIENT_STARTED).count() == 1, "no link, nothing to tell"
        close(ticket)
        assert received(inbound, text("Later")).ticket.source == "", "it was about the ticket before"

    def test_premium_is_followed(self, inbound: Inbound) -> None:
        client = received(inbound, text("a", sender=user(is_premium=True))).ticket.client
        assert client.is_premium
        received(inbound, text("b"))
        assert not Client.objects.get(pk=client.pk).is_premium

    def test_words_after_something_else_are_no_start(self, inbound: Inbound) -> None:
        assert received(inbound, text("/started yesterday")).text == "/started yesterday"


class TestReachability:
    def test_blocking_and_unblocking_are_followed_and_told_in_the_open_ticket(self, inbound: Inbound) -> None:
        ticket = received(inbound, text("Hello")).ticket
        inbound.apply(membership("kicked"), "my_chat_member")
        assert not Client.objects.get().is_reachable
        inbound.apply(membership("member"), "my_chat_member")
        assert Client.objects.get().is_reachable
        assert kinds(ticket)[-2:] == [Kind.CLIENT_BLOCKED, Kind.CLIENT_UNBLOCKED]

    def test_who_writes_again_is_reachable_again(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        inbound.apply(membership("kicked"), "my_chat_member")
        received(inbound, text("I am back"))
        assert Client.objects.get().is_reachable

    def test_a_block_of_somebody_unknown_changes_nothing(self, inbound: Inbound) -> None:
        assert inbound.apply(membership("kicked"), "my_chat_member").error == "Nobody we know."


class TestFaults:
    def test_an_update_at_fault_is_kept_with_its_error_and_holds_nobody_back(self, inbound: Inbound) -> None:
        broken = text("broken")
        del broken["chat"]["type"]
        failed = inbound.store(broken)
        after = inbound.apply(text("after"))
        failed.refresh_from_db()
        assert (failed.state, failed.tries, after.state) == ("failed", 1, "done")
        assert "type" in failed.error
        assert [row.text for row in Message.objects.all()] == ["after"]

    def test_nothing_of_a_failed_update_is_kept(self, inbound: Inbound) -> None:
        received(inbound, text("one"))
        events = TicketEvent.objects.count()
        bad = message(photo=photo(), sender=user(first_name="Renamed"))
        bad["date"] = "yesterday"  # read when the client has been renamed already
        assert inbound.apply(bad).state == "failed"
        assert (Client.objects.get().name, TicketEvent.objects.count()) == ("Ann Lee", events)

    def test_a_failed_update_can_be_run_again(self, inbound: Inbound) -> None:
        update = inbound.store(text("fine"))
        Update.objects.filter(pk=update.pk).update(state="failed", error="a fault of ours, since mended")
        assert update.run_again()
        inbound.apply_all()
        update.refresh_from_db()
        assert (update.state, update.error) == ("done", "")
        assert not update.run_again()

    def test_a_text_too_long_to_be_searched_fails_alone(self, inbound: Inbound) -> None:
        # PostgreSQL calls it an operational error, which must not be taken for a database that is away.
        words = " ".join(f"w{number}" for number in range(200_000))
        assert inbound.apply(text(words)).state == "failed"
        assert received(inbound, text("next")).text == "next"


def test_a_text_into_an_open_ticket_takes_five_queries(
    inbound: Inbound, django_assert_num_queries: Any
) -> None:
    received(inbound, text("first"))
    inbound.store(text("second"))
    (lane,) = ingest.waiting_lanes()
    with django_assert_num_queries(6):  # the savepoint that stands for BEGIN in a test, and its release
        assert ingest.apply_next(lane, inbound.bot.inbox_id)


def test_who_applies_an_update_knows_whether_another_waits(inbound: Inbound) -> None:
    for words in ("first", "second"):
        inbound.store(text(words))
    (lane,) = ingest.waiting_lanes()
    looks = [ingest.apply_next(lane, inbound.bot.inbox_id) for _ in range(3)]
    assert looks == [ingest.Applied.MORE_TO_COME, ingest.Applied.THE_LAST, ingest.Applied.NOTHING]
