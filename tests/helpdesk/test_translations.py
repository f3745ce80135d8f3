"""Everything a person reads is there in Russian, and what is compiled is what is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "locale" / "ru" / "LC_MESSAGES"
ROOMS = ("helpdesk", "telegram_bridge", "rules", "tickets", "staff", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%s|%s|<[^>]+>")

Key = tuple[str | None, str, str]


def entries(path: Path) -> dict[Key, polib.POEntry]:
    file = polib.pofile(str(path)) if path.suffix == ".po" else polib.mofile(str(path))
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in file}


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_nothing_is_untranslated_or_doubtful() -> None:
    found = entries(FOLDER / "django.po")
    assert len(found) > 300
    assert [key for key, entry in found.items() if entry.fuzzy or not all(texts(entry))] == []


def test_translations_say_no_placeholder_that_the_text_does_not_have() -> None:
    for (_context, text, plural), entry in entries(FOLDER / "django.po").items():
        allowed = set(PLACEHOLDER.findall(text)) | set(PLACEHOLDER.findall(plural))
        for translation in texts(entry):
            used = set(PLACEHOLDER.findall(translation))
            assert used <= allowed, text
            if not plural:
                assert used == allowed, text


def test_what_is_compiled_is_what_is_written() -> None:
    written = {key: texts(entry) for key, entry in entries(FOLDER / "django.po").items()}
    compiled = {key: texts(entry) for key, entry in entries(FOLDER / "django.mo").items()}
    assert compiled == written, "run `make messages`"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="no xgettext here: apt-get install gettext")
def test_no_text_is_missing_from_the_file(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(settings.BASE_DIR / room, tmp_path / room)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    copy = tmp_path / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    shutil.copy(FOLDER / "django.po", copy)
    command = [sys.executable, "manage.py", "makemessages", "-l", "ru", "--no-obsolete", "--no-location"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=os.environ.copy())
    assert entries(copy).keys() == entries(FOLDER / "django.po").keys(), "run `make messages`"
