"""What a client changes in the chat after it is there: edits, a moving place, votes, tasks, deletions.

Each raises Refused, in words, when a person could not do it.
"""

from collections.abc import Sequence
from typing import Any

from telegram_simulator.composing import Attached, media_contents
from telegram_simulator.content import KINDS, WITHOUT_CAPTION, caption_content, text_content
from telegram_simulator.errors import Refused
from telegram_simulator.kinds import location_content, tasks
from telegram_simulator.playing import More, Player
from telegram_simulator.polls import voted
from telegram_simulator.world import Message

CAPTIONED = [kind for kind in KINDS if kind not in WITHOUT_CAPTION]


def edit(player: Player, message_id: int, text: str, entities: Any = None) -> Message:
    """Changes the text, or the caption of a file."""
    message = player.own(message_id)
    if "text" in message.content:
        names, new = ("text", "entities"), text_content(text, entities)
    elif any(kind in message.content for kind in CAPTIONED):
        names, new = ("caption", "caption_entities"), caption_content(text, entities)
    else:
        raise Refused("There is no text in this message.")
    return _change(player, message, names, new)


def replace_file(player: Player, message_id: int, attached: Sequence[Attached], caption: str) -> Message:
    """Puts another file in the place of the message's."""
    message = player.own(message_id)
    if not any(kind in message.content for kind in CAPTIONED):
        raise Refused("There is no file in this message.")
    if len(attached) != 1 or attached[0].kind in WITHOUT_CAPTION:
        raise Refused("One photo, video, animation, document, audio or voice takes the place of another.")
    (content,) = media_contents(player.world.files, player.chat.bot_id, attached, spoiler=False)
    names = (*KINDS, "has_media_spoiler", "caption", "caption_entities")
    return _change(player, message, names, content | caption_content(caption, None))


def edit_raw(player: Player, message_id: int, fields: dict[str, Any]) -> Message:
    """Sets these fields, whatever they are; those that are null go."""
    message = player.find(message_id)
    new = {name: value for name, value in fields.items() if value is not None and name != "message_id"}
    return _change(player, message, tuple(fields), new)


def move(player: Player, message_id: int, said: dict[str, Any]) -> Message:
    """The next place of a live location. It goes on for as long as was said in the beginning."""
    message = player.own(message_id)
    before = _live(player, message)
    said = {name: before[name] for name in ("live_period", "heading") if name in before} | said
    return _change(player, message, ("location",), location_content(said))


def stop_location(player: Player, message_id: int) -> Message:
    """Ends it: the last place stays, without the period."""
    message = player.own(message_id)
    place = _live(player, message)
    last = {name: place[name] for name in ("latitude", "longitude")}
    return _change(player, message, ("location",), {"location": last})


def _live(player: Player, message: Message) -> dict[str, Any]:
    place: dict[str, Any] = message.content.get("location") or {}
    if "live_period" not in place or message.content["date"] + place["live_period"] < player.world.now():
        raise Refused("This is no live location, or it has ended.")
    return place


def vote(player: Player, message_id: int, chosen: list[int]) -> Message:
    """Chooses answers by their numbers from 0; none takes the vote back.

    The bot is told of polls that it sent: `poll`, and `poll_answer` when votes are open.
    """
    message = player.find(message_id)
    poll = message.content.get("poll")
    if not poll:
        raise Refused("This message is no poll.")
    _check_vote(poll, message.votes, chosen)
    before, message.votes = message.votes, sorted(set(chosen))
    poll = voted(poll, before, message.votes)
    message.content = message.content | {"poll": poll}
    player.world.save_message(player.chat, message)
    if message.from_bot:
        player.update("poll", poll)
        if not poll["is_anonymous"]:
            answer = {"poll_id": poll["id"], "user": player.client.user, "option_ids": message.votes}
            ids = [poll["options"][at].get("persistent_id", str(at)) for at in message.votes]
            player.update("poll_answer", answer | {"option_persistent_ids": ids})
    return message


def _check_vote(poll: dict[str, Any], before: list[int], chosen: list[int]) -> None:
    if poll["is_closed"]:
        raise Refused("This poll is over.")
    if any(not isinstance(each, int) or not 0 <= each < len(poll["options"]) for each in chosen):
        raise Refused("The poll has no such answer.")
    if len(chosen) > 1 and not poll["allows_multiple_answers"]:
        raise Refused("Only one answer may be chosen.")
    if before and not poll.get("allows_revoting", poll["type"] == "regular"):
        raise Refused("A vote in this poll is final.")


def close_poll(player: Player, message_id: int) -> Message:
    """The client ends a poll of its own. Bots are told of polls that were ended by hand."""
    message = player.own(message_id)
    poll = message.content.get("poll")
    if not poll or poll["is_closed"]:
        raise Refused("This message is no poll, or it is over.")
    poll = poll | {"is_closed": True}
    message.content = message.content | {"poll": poll}
    player.world.save_message(player.chat, message)
    player.update("poll", poll)
    return message


def mark_tasks(player: Player, message_id: int, done: list[int], undone: list[int]) -> Message:
    """Ticks tasks of a checklist, or takes ticks back; a service message tells of it."""
    message = _with_checklist(player, message_id)
    checklist = message.content["checklist"]
    known = {task["id"] for task in checklist["tasks"]}
    if not done + undone or not set(done + undone) <= known:
        raise Refused("The checklist has no such task.")
    by = {"completed_by_user": player.client.user, "completion_date": player.world.now()}
    marked = []
    for task in checklist["tasks"]:
        plain = {name: value for name, value in task.items() if name not in by}
        marked.append(plain | by if task["id"] in done else plain if task["id"] in undone else task)
    message.content = message.content | {"checklist": checklist | {"tasks": marked}}
    player.world.save_message(player.chat, message)
    ids = {"marked_as_done_task_ids": done, "marked_as_not_done_task_ids": undone}
    told = {name: value for name, value in ids.items() if value}
    return _tell_of(player, message, "checklist_tasks_done", told)


def add_tasks(player: Player, message_id: int, texts: list[Any]) -> Message:
    """Adds tasks to a checklist; a service message tells of it."""
    message = _with_checklist(player, message_id)
    checklist = message.content["checklist"]
    new = tasks(texts, first=len(checklist["tasks"]) + 1)
    if not new:
        raise Refused("Which tasks?")
    message.content = message.content | {"checklist": checklist | {"tasks": checklist["tasks"] + new}}
    player.world.save_message(player.chat, message)
    return _tell_of(player, message, "checklist_tasks_added", {"tasks": new})


def _with_checklist(player: Player, message_id: int) -> Message:
    message = player.find(message_id)
    if "checklist" not in message.content:
        raise Refused("This message is no checklist.")
    return message


def _tell_of(player: Player, message: Message, kind: str, told: dict[str, Any]) -> Message:
    return player.send_raw({kind: {"checklist_message": message.content} | told}, More())


def delete(player: Player, message_id: int) -> None:
    """For both sides. The bot is not told: the Bot API has no update for it."""
    player.world.delete_message(player.chat, player.find(message_id).id)
    player.world.save_chat(player.chat)


def _change(player: Player, message: Message, names: tuple[str, ...], new: dict[str, Any]) -> Message:
    """Puts `new` in the place of the fields `names`, and tells the bot of the edit."""
    kept = {name: value for name, value in message.content.items() if name not in names}
    message.content = kept | {"edit_date": player.world.now()} | new
    player.world.save_message(player.chat, message)
    player.update("edited_message", message.content)
    return message
