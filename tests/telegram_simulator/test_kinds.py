"""Every kind of content a client can send comes to the bot as python-telegram-bot knows it."""

from typing import Any

import pytest
import telegram

from telegram_simulator import origins
from telegram_simulator.client import FileToSend, Refusal, SimulatedClient

from .conftest import PNG, VOICE, news


async def one(bot: telegram.Bot) -> telegram.Message:
    """The only message that waits."""
    (update,) = await news(bot)
    message = update.message or update.edited_message
    assert message is not None
    return message


async def test_a_venue_is_a_place_with_a_name(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_venue(59.94, 30.31, "Hermitage", "Palace Square 2")
    message = await one(bot)
    assert message.venue is not None
    assert (message.venue.title, message.venue.address) == ("Hermitage", "Palace Square 2")
    assert message.location == message.venue.location


async def test_a_live_location_moves_and_ends(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_live_location(59.94, 30.31, 900, heading=90, proximity_alert_radius=50)
    message = await one(bot)
    assert message.location is not None
    facts = {"live_period": 900, "heading": 90, "proximity_alert_radius": 50}
    assert message.location.to_dict() == {"latitude": 59.94, "longitude": 30.31} | facts
    anna.move(sent["message_id"], 59.95, 30.32, heading=100)
    moved = await one(bot)
    assert moved.edit_date is not None
    assert moved.location is not None
    facts = {"live_period": 900, "heading": 100}
    assert moved.location.to_dict() == {"latitude": 59.95, "longitude": 30.32} | facts
    anna.stop_location(sent["message_id"])
    ended = await one(bot)
    assert ended.location is not None
    assert (ended.location.latitude, ended.location.live_period) == (59.95, None)
    with pytest.raises(Refusal, match="no live location"):
        anna.move(sent["message_id"], 1, 1)


async def test_a_contact_brings_its_card(bot: telegram.Bot, anna: SimulatedClient) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Boris\nEND:VCARD"
    anna.send_contact("+79991112233", "Boris", last_name="Orlov", vcard=card, user_id=7)
    contact = (await one(bot)).contact
    assert contact is not None
    assert (contact.last_name, contact.vcard, contact.user_id) == ("Orlov", card, 7)


async def test_a_dice_shows_a_number_or_the_one_a_test_wants(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_dice()
    dice = (await one(bot)).dice
    assert dice is not None
    assert 1 <= dice.value <= 6
    anna.send_dice("🎰", 64)
    machine = (await one(bot)).dice
    assert machine is not None
    assert (machine.emoji, machine.value) == ("🎰", 64)
    with pytest.raises(Refusal, match="dice"):
        anna.send_dice("🙂")


async def test_a_game_and_paid_media_carry_their_files(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_game("Chess", "Two players", [FileToSend("photo", PNG)])
    game = (await one(bot)).game
    assert game is not None
    assert (game.title, game.description, game.photo[-1].width) == ("Chess", "Two players", 800)
    anna.send_paid_media(
        25,
        [FileToSend("photo", PNG), FileToSend("video", b"film")],
        "Only for you",
        previews=[{"width": 640, "height": 480, "duration": 5}],
    )
    message = await one(bot)
    assert message.paid_media is not None
    assert message.paid_media.star_count == 25
    assert [item.type for item in message.paid_media.paid_media] == ["photo", "video", "preview"]
    assert message.caption == "Only for you"


async def test_stories_gifts_and_service_messages_arrive(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_story("Bakery")
    story = (await one(bot)).story
    assert story is not None
    assert story.chat.title == "Bakery"
    anna.send_gift("Thank you", 50)
    gift = (await one(bot)).gift
    assert isinstance(gift, telegram.GiftInfo)
    assert (gift.text, gift.gift.star_count) == ("Thank you", 50)
    anna.send_raw({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}})
    timer = (await one(bot)).message_auto_delete_timer_changed
    assert timer is not None
    anna.send_raw({"hologram": {"depth": 3}, "date": 1})
    unknown = await one(bot)
    assert unknown.api_kwargs == {"hologram": {"depth": 3}}
    assert unknown.date.timestamp() == 1
    assert unknown.from_user is not None
    assert unknown.from_user.id == anna.id


async def test_a_checklist_is_ticked_and_grows(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_checklist("Move", ["Pack", "Drive"], others_can_add_tasks=True)
    checklist = (await one(bot)).checklist
    assert checklist is not None
    assert [(task.id, task.text) for task in checklist.tasks] == [(1, "Pack"), (2, "Drive")]
    assert checklist.others_can_add_tasks
    anna.mark_tasks(sent["message_id"], done=[1])
    done = (await one(bot)).checklist_tasks_done
    assert done is not None
    assert done.marked_as_done_task_ids == (1,)
    anna.add_tasks(sent["message_id"], "Unpack")
    added = (await one(bot)).checklist_tasks_added
    assert added is not None
    assert [(task.id, task.text) for task in added.tasks] == [(3, "Unpack")]
    whole = anna.messages()[1].data["checklist"]["tasks"]
    assert [bool(task.get("completed_by_user")) for task in whole] == [True, False, False]
    with pytest.raises(Refusal, match="no such task"):
        anna.mark_tasks(sent["message_id"], done=[9])


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        (origins.from_user("Boris", last_name="Orlov"), telegram.MessageOriginUser),
        (origins.from_hidden_user("Shop"), telegram.MessageOriginHiddenUser),
        (origins.from_chat("Neighbours", author_signature="Ivan"), telegram.MessageOriginChat),
        (origins.from_channel("News", 7, username="news"), telegram.MessageOriginChannel),
    ],
)
async def test_a_forwarded_message_tells_where_it_came_from(
    bot: telegram.Bot, anna: SimulatedClient, origin: dict[str, Any], known: type
) -> None:
    sent = anna.send_text("They promised", forward_origin=origin)
    assert isinstance((await one(bot)).forward_origin, known)
    with pytest.raises(Refusal, match="own messages"):
        anna.edit(sent["message_id"], "They did not")
    with pytest.raises(Refusal, match="origin is of type"):
        anna.send_text("x", forward_origin={"type": "user"})


async def test_an_answer_to_another_chat_or_a_story_is_told(bot: telegram.Bot, anna: SimulatedClient) -> None:
    there = {"origin": origins.from_channel("News", 7), "message_id": 7}
    anna.send_text("Is this true?", external_reply=there, quote="Prices fall", quote_position=4)
    external = await one(bot)
    assert external.external_reply is not None
    assert isinstance(external.external_reply.origin, telegram.MessageOriginChannel)
    assert external.quote is not None
    assert (external.quote.text, external.quote.position) == ("Prices fall", 4)
    anna.send_text(
        "Nice!", reply_to_story={"chat": {"id": 5, "type": "private", "first_name": "Me"}, "id": 3}
    )
    story = (await one(bot)).reply_to_story
    assert story is not None
    assert story.id == 3


async def test_a_quote_takes_its_formatting_along(bot: telegram.Bot, anna: SimulatedClient) -> None:
    bold = [{"type": "bold", "offset": 4, "length": 9}]
    sent = anna.send_text("The blue sofa, the blue one", entities=bold)
    await news(bot)
    anna.send_text("this", reply_to=sent["message_id"], quote="blue", quote_position=19)
    anna.send_text("that", reply_to=sent["message_id"], quote="blue")
    second, first = [update.message.quote for update in await news(bot) if update.message]
    assert second is not None
    assert (second.position, second.entities) == (19, ())
    assert first is not None
    assert first.position == 4
    assert [(each.type, each.offset, each.length) for each in first.entities or ()] == [("bold", 0, 4)]


async def test_a_cover_hides_photos_and_films_only(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_file("photo", PNG, spoiler=True)
    anna.send_file("document", PNG, spoiler=True)
    photo, document = [update.message for update in await news(bot) if update.message]
    assert photo.has_media_spoiler
    assert not document.has_media_spoiler


@pytest.mark.parametrize(
    ("name", "animated", "video"),
    [("sticker.webp", False, False), ("sticker.tgs", True, False), ("sticker.webm", False, True)],
)
async def test_stickers_are_still_animated_or_films(
    bot: telegram.Bot, anna: SimulatedClient, name: str, animated: bool, video: bool
) -> None:
    anna.send_file("sticker", b"content", name, said={"emoji": "📦", "set_name": "Boxes"})
    sticker = (await one(bot)).sticker
    assert sticker is not None
    assert (sticker.is_animated, sticker.is_video) == (animated, video)
    assert (sticker.emoji, sticker.set_name) == ("📦", "Boxes")


async def test_music_tells_who_plays_what(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_file("audio", VOICE, "song.mp3", said={"performer": "Choir", "title": "Kalinka"})
    audio = (await one(bot)).audio
    assert audio is not None
    assert (audio.performer, audio.title) == ("Choir", "Kalinka")


async def test_another_file_takes_the_place_of_the_first(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_file("photo", PNG, caption="Wrong one", spoiler=True)
    await news(bot)
    anna.replace_file(sent["message_id"], FileToSend("document", b"%PDF", "bill.pdf"), "Right one")
    edited = await one(bot)
    assert edited.edit_date is not None
    assert (edited.photo, edited.has_media_spoiler, edited.caption) == ((), None, "Right one")
    assert edited.document is not None
    assert edited.document.file_name == "bill.pdf"


async def test_any_field_of_a_message_can_be_edited(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_text("Good", fields={"effect_id": "5"})
    assert (await one(bot)).effect_id == "5"
    anna.edit_raw(sent["message_id"], {"text": "Better", "effect_id": None})
    edited = await one(bot)
    assert (edited.text, edited.effect_id) == ("Better", None)


async def test_several_reactions_come_as_what_they_are(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_message(anna.id, "Do you like it?")
    await bot.get_updates(allowed_updates=["message_reaction"])
    anna.react(sent.message_id, ["👍", {"type": "custom_emoji", "custom_emoji_id": "5"}, {"type": "paid"}])
    anna.react(sent.message_id, "🔥")
    anna.react(sent.message_id, "🔥")
    first, second = [update.message_reaction for update in await news(bot)]
    assert first is not None
    assert [each.type for each in first.new_reaction] == ["emoji", "custom_emoji", "paid"]
    assert second is not None
    assert [each.type for each in second.old_reaction] == ["emoji", "custom_emoji", "paid"]
    assert second.new_reaction == (telegram.ReactionTypeEmoji("🔥"),)
    with pytest.raises(Refusal, match="REACTION_INVALID"):
        anna.react(sent.message_id, ["🪑"])
    with pytest.raises(Refusal, match="REACTIONS_TOO_MANY"):
        anna.react(sent.message_id, ["👍", "🔥", "👏", "❤"])
