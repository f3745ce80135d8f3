"""What staff type to format a message, as text with Telegram's entities. The way back: markup_writing.py.

The marks are those of Telegram's own desktop program: **bold**, __italic__, ^^underline^^, ~~strike~~,
||spoiler||, `code`, ```pre``` (with a language before its first line break), [text](https://…), and lines
that begin with "> " as a quote. A mark without its other half stays as it was typed, marks within a web
address too; a backslash before a mark makes it plain text, and is plain text everywhere else.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from tickets.entity_nesting import LANGUAGE, Entities, Span, entities_of, nested, web_address

KINDS = {"**": "bold", "__": "italic", "^^": "underline", "~~": "strikethrough", "||": "spoiler"}
# What would mean something where it stands. A label of a link is on one line and not endless.
TOKEN = re.compile(
    r"\*\*|__|\^\^|~~|\|\||`"
    r"|\[(?=[^\n]{1,1000}?\]\((?:https?|tg)://)"
    r"|\]\((?=(?:https?|tg)://)",
    re.IGNORECASE,
)
QUOTE_LINE = re.compile(r">(?: |(?=\n|$))")
PLAIN = re.compile(r"[^\\*_^~|`\[\]\nhH]+")
BACKSLASHES = re.compile(r"\\+")
BACKTICKS = re.compile("`+")
FENCE = 3


def parse(markup: str) -> tuple[str, Entities]:
    """The text that `markup` stands for, and its entities, nested as Telegram allows."""
    tokens = _Scanner(markup).tokens()
    pairs = _pairs(tokens)
    parts: list[str] = []
    spans: list[Span] = []
    begun: dict[int, int] = {}
    quote_from, length = -1, 0
    for number, token in enumerate(tokens):
        said = token.text
        if token.kind == "quote":
            quote_from = length
        elif token.kind == "unquote":
            spans.append(Span(quote_from, length, "blockquote"))
        elif number in pairs:
            opener = pairs[number]
            said = ""
            if opener == number:
                begun[number] = length
            else:
                kind, url = ("text_link", token.more) if token.kind == "](" else (KINDS[token.kind], "")
                spans.append(Span(begun[opener], length, kind, url))
        elif token.kind in {"code", "pre"}:
            spans.append(Span(length, length + len(said), token.kind, token.more))
        parts.append(said)
        length += len(said)
    text = "".join(parts)
    return text, entities_of(text, nested(text, spans))


@dataclass(frozen=True)
class Token:
    """A piece of markup. `text`: what it says when it is no mark (of code: what it says in any case)."""

    kind: str  # text, a mark, "[", "](", code, pre, quote, unquote
    text: str = ""
    more: str = ""  # a link's address, a language
    opens: bool = False
    closes: bool = False


class _Scanner:
    """Markup as tokens, from left to right."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.position = 0
        self.quoting = False
        self.found: list[Token] = []
        self.runs: dict[int, list[int]] = {}
        for run in BACKTICKS.finditer(markup):
            self.runs.setdefault(len(run[0]), []).append(run.start())

    def tokens(self) -> list[Token]:
        end = len(self.markup)
        self._begin_line()
        while self.position < end:
            self._step()
        if self.quoting:
            self._add("unquote")
        return self.found

    def _add(self, kind: str, text: str = "", more: str = "", *, taking: int = 0) -> None:
        self.found.append(Token(kind, text, more))
        self.position += taking

    def _step(self) -> None:
        markup, at = self.markup, self.position
        if plain := PLAIN.match(markup, at):
            self._add("text", plain[0], taking=len(plain[0]))
        elif markup[at] == "\n":
            self._end_line()
        elif markup[at] == "\\":
            self._backslashes()
        elif address := web_address(markup, at):
            self._add("text", address, taking=len(address))
        elif markup[at] == "`":
            self._code()
        elif token := TOKEN.match(markup, at):
            self._mark(token[0])
        else:
            self._add("text", markup[at], taking=1)

    def _begin_line(self) -> None:
        line = QUOTE_LINE.match(self.markup, self.position)
        blank = line is not None and self.markup[line.end() : line.end() + 1] in {"", "\n"}
        if line is None or (blank and not self.quoting):
            return
        if not self.quoting:
            self._add("quote")
        self.quoting = True
        self.position = line.end()

    def _end_line(self) -> None:
        goes_on = self.quoting and QUOTE_LINE.match(self.markup, self.position + 1)
        if self.quoting and not goes_on:
            self._add("unquote")
            self.quoting = False
        self._add("text", "\n", taking=1)
        self._begin_line()

    def _backslashes(self) -> None:
        """Half of those before a mark, and with an odd one the mark's first character; elsewhere all."""
        at = self.position
        run = BACKSLASHES.match(self.markup, at)
        assert run is not None  # noqa: S101  (the caller saw one)
        before_mark = TOKEN.match(self.markup, run.end()) or (
            self._at_line_start() and QUOTE_LINE.match(self.markup, run.end())
        )
        count = len(run[0])
        if not before_mark:
            self._add("text", run[0], taking=count)
        elif count % 2:
            self._add("text", "\\" * (count // 2) + self.markup[run.end()], taking=count + 1)
        else:
            self._add("text", "\\" * (count // 2), taking=count)
            if self.markup[self.position] == ">":
                self._add("text", ">", taking=1)
            # The mark itself is read next, as a mark.

    def _at_line_start(self) -> bool:
        return self.position == 0 or self.markup[self.position - 1] == "\n"

    def _code(self) -> None:
        """`code` on one line; from three backticks on a block, outside of quotes. Or mere backticks."""
        run = BACKTICKS.match(self.markup, self.position)
        assert run is not None  # noqa: S101  (the caller saw one)
        count, begin = len(run[0]), run.end()
        starts = self.runs.get(count, [])
        index = bisect_left(starts, begin)
        inside = self.markup[begin : starts[index]] if index < len(starts) else ""
        is_block = count >= FENCE
        if not inside or (is_block and self.quoting) or (not is_block and "\n" in inside):
            self._add("text", run[0], taking=count)
            return
        taking = 2 * count + len(inside)
        if not is_block:
            self._add("code", inside, taking=taking)
            return
        first, line_break, rest = inside.partition("\n")
        language = first if line_break and LANGUAGE.fullmatch(first) else ""
        if line_break and (language or not first):
            inside = rest
        said = inside.removesuffix("\n") if line_break else inside
        if said.strip():
            self._add("pre", said, language, taking=taking)
        else:
            self._add("text", run[0], taking=count)

    def _mark(self, mark: str) -> None:
        markup, at = self.markup, self.position
        if mark == "](":
            url = _url_at(markup, at + 2)
            raw = markup[at : at + 3 + len(url)] if url else mark
            self.found.append(Token("](" if url else "text", raw, url, closes=True))
            self.position += len(raw)
            return
        before = markup[at - 1] if at else " "
        after = markup[at + len(mark) : at + len(mark) + 1] or " "
        opens, closes = mark == "[" or not after.isspace(), mark in KINDS and not before.isspace()
        self.found.append(Token(mark, mark, opens=opens, closes=closes))
        self.position += len(mark)


def _url_at(markup: str, begin: int) -> str:
    """The address up to the bracket that closes the link; nothing when none does."""
    depth = 0
    for index in range(begin, min(len(markup), begin + 2048)):
        character = markup[index]
        if character.isspace():
            return ""
        if character == ")" and depth == 0:
            return markup[begin:index]
        depth += (character == "(") - (character == ")")
    return ""


def _pairs(tokens: list[Token]) -> dict[int, int]:
    """For each token that is half of a pair, the number of the one that opens it."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    for number, token in enumerate(tokens):
        if "\n" in token.text:
            waiting = [one for one in waiting if tokens[one].kind != "["]
        wanted = "[" if token.kind == "](" else token.kind
        if token.closes and (opener := _opener(tokens, waiting, wanted, number)) is not None:
            pairs[opener] = pairs[number] = opener
            del waiting[waiting.index(opener) :]
            if wanted == "[":  # no link within a link
                waiting = [one for one in waiting if tokens[one].kind != "["]
        elif token.opens and (wanted == "[" or all(tokens[one].kind != wanted for one in waiting)):
            waiting.append(number)
    return pairs


def _opener(tokens: list[Token], waiting: list[int], wanted: str, number: int) -> int | None:
    """The last one that waits to be closed, unless nothing stands between."""
    for opener in reversed(waiting):
        if tokens[opener].kind == wanted:
            return opener if opener + 1 < number else None
    return None
