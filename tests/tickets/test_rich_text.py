"""Telegram's entities as HTML: whatever comes, the text stays the text and nothing of it can run."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rich_text import render, render_plain, safe_address

KINDS = [
    "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code",
    "pre", "hashtag", "cashtag", "bot_command", "url", "text_link", "mention", "text_mention", "email",
    "phone_number", "custom_emoji", "date_time", "something_new",
]  # fmt: skip
ALLOWED = {
    "strong": set(), "em": set(), "u": set(), "s": set(), "span": {"class", "tabindex"},
    "blockquote": {"class", "tabindex"}, "pre": {"data-language"}, "code": set(),
    "a": {"href", "target", "rel"}, "time": {"class", "datetime"},
}  # fmt: skip
SCHEMES = ("http://", "https://", "tg://", "mailto:", "tel:")

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=80)
addresses = st.one_of(
    st.sampled_from(["javascript:alert(1)", "JaVaScRiPt:x", "java\tscript:x", "data:text/html,x", "//x.y"]),
    st.sampled_from(['https://x.y/"onmouseover="x', "https://x.y/?a=1&b=<>", "tg://user?id=1", "http:x"]),
    texts,
)
entities: Any = st.fixed_dictionaries(
    {
        "type": st.one_of(st.sampled_from(KINDS), st.none(), st.integers(), texts),
        "offset": st.one_of(st.integers(-5, 120), st.none(), st.just(True), st.just("3")),
        "length": st.one_of(st.integers(-5, 120), st.integers(), st.none()),
    },
    optional={
        "url": st.one_of(addresses, st.none(), st.integers()),
        "user": st.one_of(st.none(), st.just({"id": 5}), st.just({"id": '"><script>'}), st.just([])),
        "language": st.one_of(texts, st.just('"><script>'), st.integers()),
        "unix_time": st.one_of(st.integers(), st.none(), texts),
    },
)


class Reader(HTMLParser):
    """Fails on any tag or attribute we never write, and on tags that don't match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert {name for name, _value in attrs} <= ALLOWED[tag]
        self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")


@given(text=texts, found=st.lists(st.one_of(entities, st.none(), texts), max_size=12))
def test_whatever_the_entities_are_the_text_is_kept_tags_match_and_no_link_leads_to_a_script(
    text: Any, found: Any
) -> None:
    page = Reader(render(text, found))

    assert page.text == text
    assert all(link.startswith(SCHEMES) or link.lower().startswith(SCHEMES) for link in page.links)


@given(text=texts)
def test_a_plain_text_is_kept_as_it_is_whatever_is_in_it(text: Any) -> None:
    assert Reader(render_plain(text)).text == text


def test_offsets_count_utf_16_units_so_an_emoji_before_the_entity_counts_twice() -> None:
    assert render("😀 hi", [{"type": "bold", "offset": 3, "length": 2}]) == "😀 <strong>hi</strong>"


def test_entities_that_nest_are_nested_and_those_that_cross_are_split() -> None:
    nested = render(
        "abcd", [{"type": "bold", "offset": 0, "length": 4}, {"type": "code", "offset": 1, "length": 2}]
    )
    crossing = render(
        "abcd", [{"type": "bold", "offset": 0, "length": 3}, {"type": "italic", "offset": 2, "length": 2}]
    )

    assert nested == "<strong>a<code>bc</code>d</strong>"
    assert crossing == "<strong>ab<em>c</em></strong><em>d</em>"


@pytest.mark.parametrize(
    ("text", "entity", "href"),
    [
        ("x.org/a", {"type": "url"}, "http://x.org/a"),
        ("https://x.org", {"type": "url"}, "https://x.org"),
        ("here", {"type": "text_link", "url": "https://x.org/?a=1&b=2"}, "https://x.org/?a=1&amp;b=2"),
        ("@durov", {"type": "mention"}, "https://t.me/durov"),
        ("Ann", {"type": "text_mention", "user": {"id": 7}}, "tg://user?id=7"),
        ("a@b.org", {"type": "email"}, "mailto:a@b.org"),
        ("+7 (916) 1", {"type": "phone_number"}, "tel:+79161"),
    ],
)
def test_each_kind_of_link_goes_where_telegram_says(text: Any, entity: Any, href: Any) -> None:
    html = render(text, [{**entity, "offset": 0, "length": len(text)}])

    assert html == f'<a href="{href}" target="_blank" rel="noopener noreferrer nofollow">{text}</a>'


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " javascript:x", "java\nscript:x", "data:text/html,x", "vbscript:x", "x"],
)
def test_a_link_to_anything_that_could_run_is_no_link(address: Any) -> None:
    assert safe_address(address) == ""
    assert render("a", [{"type": "text_link", "url": address, "offset": 0, "length": 1}]) == "a"


def test_web_addresses_in_a_text_of_staff_are_links_without_the_full_stop_behind_them() -> None:
    html = render_plain("See https://x.org/a.")

    assert html.startswith('See <a href="https://x.org/a" ')
    assert html.endswith(">https://x.org/a</a>.")


def test_a_first_line_break_in_preformatted_text_is_not_lost_to_the_browser() -> None:
    assert render("\na", [{"type": "pre", "offset": 0, "length": 2}]) == "<pre><code>\na</code></pre>"


def test_the_language_of_a_block_of_code_is_told() -> None:
    pre: dict[str, Any] = {"type": "pre", "offset": 0, "length": 1}

    assert render("x", [pre | {"language": "python"}]).startswith('<pre data-language="python"><code>x<')
    assert render("x", [pre | {"language": '"><b>'}]).startswith('<pre data-language="&quot;&gt;&lt;b&gt;">')
    assert render("x", [pre | {"language": " "}]) == "<pre><code>x</code></pre>"


@pytest.mark.parametrize(
    ("text", "is_folded"), [("short", False), ("a\nb\nc", False), ("a\nb\nc\nd", True), ("x" * 161, True)]
)
def test_an_expandable_quote_is_folded_when_it_is_long(text: Any, is_folded: Any) -> None:
    html = render(text, [{"type": "expandable_blockquote", "offset": 0, "length": len(text)}])

    assert html.startswith('<blockquote class="folded" tabindex="0">' if is_folded else "<blockquote>")


def test_the_line_break_behind_a_block_is_no_empty_line_but_stays_in_the_text() -> None:
    quote = {"type": "blockquote", "offset": 0, "length": 1}
    bold = {"type": "bold", "offset": 1, "length": 2}

    assert render("a\nb", [quote]) == '<blockquote>a</blockquote><span class="line-end">\n</span>b'
    assert render("a\n\nb", [quote]).endswith('<span class="line-end">\n</span>\nb')
    assert render("a\nb", [quote | {"type": "pre"}]).endswith('<span class="line-end">\n</span>b')
    assert render("ab\n", [quote]) == "<blockquote>a</blockquote>b\n"
    assert render("a\nb", [quote, bold]) == "<blockquote>a</blockquote><strong>\nb</strong>"


def test_a_moment_can_be_read_by_machines_and_a_custom_emoji_is_its_fallback() -> None:
    moment = {"type": "date_time", "offset": 0, "length": 4, "unix_time": 1_764_000_000}
    emoji = {"type": "custom_emoji", "offset": 5, "length": 2, "custom_emoji_id": "5"}

    assert render("noon 👍", [moment, emoji]) == (
        '<time class="moment-word" datetime="2025-11-24T16:00:00+00:00">noon</time> 👍'
    )
