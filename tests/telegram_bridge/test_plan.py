"""The parts of a message: what Telegram takes together, in an order that never changes."""

from hypothesis import given
from hypothesis import strategies as st

from telegram_bridge.plan import (
    ALBUM_OF,
    LONGEST_CAPTION,
    LONGEST_TEXT,
    WITHOUT_CAPTION,
    Upload,
    plan,
    sent_as,
)
from tickets.models import Message
from tickets.utf16 import units

Kind = Message.Kind
MIME = {Kind.PHOTO: "image/jpeg"}


def upload(kind: str, name: str = "file", **more: object) -> Upload:
    return Upload(path=f"/{name}", name=name, kind=kind, mime_type=MIME.get(Kind(kind), ""), size=1, **more)  # type: ignore[arg-type]


kinds = st.sampled_from(
    [Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT, Kind.AUDIO, Kind.VOICE, Kind.STICKER, Kind.ANIMATION]
)
files = st.lists(kinds, max_size=25).map(
    lambda chosen: [upload(kind, f"{number}") for number, kind in enumerate(chosen)]
)


@given(st.text(max_size=6000), files)
def test_every_file_and_every_word_is_sent_once_within_telegrams_limits(
    text: str, files: list[Upload]
) -> None:
    parts = plan(text, [], files)
    assert [part.number for part in parts] == list(range(len(parts)))
    sent = [file for part in parts for file in part.files]
    assert sorted(file.name for file in sent) == sorted(file.name for file in files)
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    for part in parts:
        limit = LONGEST_CAPTION if part.files else LONGEST_TEXT
        assert units(part.text) <= limit
        assert part.files or part.text.strip()
        assert len(part.files) <= 10
        if len(part.files) > 1:
            assert len({ALBUM_OF[Kind(sent_as(file))] for file in part.files}) == 1


def test_a_short_text_is_the_caption_of_the_first_file() -> None:
    parts = plan("Here", [], [upload(Kind.DOCUMENT), upload(Kind.PHOTO)])
    assert [(part.text, len(part.files)) for part in parts] == [("Here", 1), ("", 1)]


def test_a_long_text_goes_before_the_files_as_a_message_of_its_own() -> None:
    parts = plan("x" * 1025, [], [upload(Kind.DOCUMENT)])
    assert [(units(part.text), len(part.files)) for part in parts] == [(1025, 0), (0, 1)]


def test_a_sticker_takes_no_caption() -> None:
    assert [len(part.files) for part in plan("Hi", [], [upload(Kind.STICKER)])] == [0, 1]


def test_photos_and_videos_share_an_album_documents_and_music_have_their_own() -> None:
    files = [upload(kind) for kind in (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.AUDIO, Kind.DOCUMENT)]
    assert [[file.kind for file in part.files] for part in plan("", [], files)] == [
        [Kind.PHOTO, Kind.VIDEO],
        [Kind.DOCUMENT, Kind.DOCUMENT],
        [Kind.AUDIO],
    ]


def test_eleven_photos_are_two_albums() -> None:
    assert [len(part.files) for part in plan("", [], [upload(Kind.PHOTO)] * 11)] == [10, 1]


def test_a_picture_that_telegram_takes_no_photo_of_goes_as_a_document() -> None:
    big = Upload(path="/a", name="a", kind=Kind.PHOTO, mime_type="image/png", size=11 * 1024 * 1024)
    drawing = Upload(path="/b", name="b", kind=Kind.PHOTO, mime_type="image/svg+xml", size=1)
    assert [sent_as(big), sent_as(drawing), sent_as(upload(Kind.PHOTO))] == ["document", "document", "photo"]


BUTTONS = [[{"text": "Solved", "data": "answer:1:0:0"}]]


@given(st.text(max_size=6000), files)
def test_buttons_stand_below_the_last_part_which_is_never_an_album(text: str, files: list[Upload]) -> None:
    parts = plan(text, [], files, BUTTONS)
    assert [part.number for part in parts] == list(range(len(parts)))
    assert [part.buttons for part in parts] == [[]] * (len(parts) - 1) + [BUTTONS] * bool(parts)
    assert not parts or len(parts[-1].files) <= 1
    sent = [file.name for part in parts for file in part.files]
    assert sorted(sent) == sorted(file.name for file in files)
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    for part in parts:
        assert units(part.text) <= (LONGEST_CAPTION if part.files else LONGEST_TEXT)
        assert part.text == "" or not part.files or sent_as(part.files[0]) not in WITHOUT_CAPTION


@given(files)
def test_what_shares_an_album_is_what_telegram_lets_share_one(files: list[Upload]) -> None:
    together = ({Kind.PHOTO, Kind.VIDEO}, {Kind.DOCUMENT}, {Kind.AUDIO})
    for part in plan("", [], files):
        kinds = {sent_as(file) for file in part.files}
        assert len(part.files) == 1 or any(kinds <= allowed for allowed in together)


def test_a_voice_and_an_animation_travel_alone() -> None:
    files = [upload(kind) for kind in (Kind.VOICE, Kind.VOICE, Kind.ANIMATION, Kind.ANIMATION)]
    assert [len(part.files) for part in plan("", [], files)] == [1, 1, 1, 1]
