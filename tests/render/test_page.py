"""Pages as a Markdown parser and an HTML parser read them."""

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

from wz.render import html, markdown
from wz.render.page import Page, Section

ODD = [
    "a | b",
    r"back\slash \| both",
    "`code` *stars* _under_ ~~gone~~",
    "<script>alert(1)</script> & &amp;",
    "[link](http://x.example) ![picture](x)",
    "# no heading",
    "@someone #12",
    "路灯不亮",
    "",
]
PAGE = Page(
    "<b>问政</b>",
    ["1 < 2 & *3*"],
    [Section("Over|due", ["Text", "N|r"], [[one, str(place)] for place, one in enumerate(ODD)], [1], ["red"] * 9)],
)


def cells_of(text: str) -> tuple[list[str], list[str]]:
    """The headings of tables and their cells, as plain text."""
    found: dict[str, list[str]] = {"th": [], "td": []}
    where = ""
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        if token.type in ("th_open", "td_open"):
            where = token.tag
        elif token.type == "inline" and where:
            kinds = {child.type for child in token.children or []}
            assert kinds <= {"text", "text_special"}, f"{token.content} is not plain: {kinds}"
            found[where].append("".join(child.content for child in token.children or []))
            where = ""
    return found["th"], found["td"]


def test_markdown_shows_every_text_as_it_is() -> None:
    heads, cells = cells_of(markdown.document(PAGE))
    assert heads == ["Text", "N|r"]
    assert cells == [cell for place, one in enumerate(ODD) for cell in (one, str(place))]


def test_a_text_of_several_lines_stays_one_row() -> None:
    _heads, cells = cells_of(markdown.document(Page("t", [], [Section("s", ["h"], [["one\ntwo\r\n\n- three"]])])))
    assert cells == ["one two - three"]


def test_markdown_says_what_it_leaves_out() -> None:
    """GitHub refuses more than 1 MiB of summary: even the longest titles stay below it, and nothing goes unsaid."""
    rows = [["题" * 500] for _number in range(markdown.ROWS + 7)]
    text = markdown.document(Page("t", [], [Section("s", ["h"], rows)]))
    assert text.endswith("… and 7 more")
    assert len(cells_of(text)[1]) == markdown.ROWS
    assert len(text.encode("utf-8")) < 1024 * 1024
    assert "more" not in markdown.document(Page("t", [], [Section("s", ["h"], rows[: markdown.ROWS])]))


class Read(HTMLParser):
    """Every element with its attributes, and the text inside the cells and the script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data


def test_html_shows_every_text_as_it_is() -> None:
    read = Read(html.document(PAGE))
    assert read.texts["td"] == [cell for place, one in enumerate(ODD) for cell in (one, str(place))]
    assert read.texts["button"] == ["Text", "N|r"]
    assert read.texts["h1"] == read.texts["title"] == ["<b>问政</b>"]
    assert read.texts["p"] == ["1 < 2 & *3*"]
    assert [attributes.get("class") for tag, attributes in read.elements if tag == "tr"] == [None, *["red"] * 9]


def test_html_opens_offline_and_runs_its_own_script_alone() -> None:
    read = Read(html.document(PAGE))
    assert not [name for _tag, attributes in read.elements for name in attributes if name in ("src", "href", "onclick")]
    assert len(read.texts["script"]) == 1
    policy = next(one["content"] for tag, one in read.elements if tag == "meta" and "http-equiv" in one)
    digest = b64encode(sha256(read.texts["script"][0].encode("utf-8")).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert ("meta", {"charset": "utf-8"}) in read.elements
