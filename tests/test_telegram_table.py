"""docs/telegram.md keeps its word: no cell is empty, and every test that it names is there."""

import ast
import re
from pathlib import Path

from tickets.models import Message

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "telegram.md").read_text(encoding="utf-8")
NAMED = {int(number): test for number, test in re.findall(r"^(\d+)\. `(tests/\S+)`$", PAGE, re.MULTILINE)}
REASONS = set(re.findall(r"^- ([a-z])\. \S", PAGE, re.MULTILINE))
# Kinds of ours, as the first column calls them.
CALLED = {
    "text": "Text", "video_note": "Video message", "document": "File", "voice": "Voice message",
    "service": "Service message", "other": "A kind yet to come", "paid_media": "Paid media",
}  # fmt: skip


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names_in(path: Path) -> set[str]:
    """The names below a file, as pytest would call them, without parameters."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            functions = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            found.update(f"{node.name}::{one.name}" for one in functions)
    return found


def test_every_test_that_is_named_is_there() -> None:
    missing = []
    for test in NAMED.values():
        path, _, name = test.partition("::")
        file = ROOT / path
        if not file.exists() or name not in names_in(file) or "test_" not in name:
            missing.append(test)
    assert not missing


def test_every_cell_has_a_test_or_a_reason_from_the_bot_api() -> None:
    table = [row for row in rows() if len(row) == 8]
    assert table[0][1:] == ["In", "Out", "Edit", "Delete", "Reply", "Reaction", "Offline replay"]
    for kind, *cells in table[1:]:
        for cell in cells:
            marks = cell.split(", ")
            assert all(mark in REASONS or int(mark) in NAMED for mark in marks), f"{kind}: {cell!r}"


def test_every_kind_has_a_row() -> None:
    first = [row[0] for row in rows() if len(row) == 8]
    for kind in Message.Kind.values:
        called = CALLED.get(kind, kind.replace("_", " ").capitalize())
        assert any(name.startswith(called) for name in first), kind


def test_every_odd_input_has_a_test_that_shows_what_becomes_of_it() -> None:
    table = [row for row in rows() if len(row) == 3][1:]
    assert len(table) > 10
    for _input, outcome, shown in table:
        assert outcome
        assert all(int(number) in NAMED for number in shown.split(", "))


def test_every_number_and_letter_is_used() -> None:
    cells = [cell for row in rows() for cell in row[1:]] + re.findall(r"\(([\d, ]+)\)", PAGE)
    used = {mark for cell in cells for mark in cell.split(", ")}
    assert {str(number) for number in NAMED} | REASONS <= used
