"""What a text may hold: the rules by which texts are cleaned before they are recorded."""

import re

# Controls but tab and line feed, byte-order marks, lone surrogates, noncharacters: nothing that a person reads.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> tuple[str, int]:
    """The text with line breaks as LF (CR LF, CR and NEL become one) and without control characters.

    Returns it with how many characters were removed; line breaks are not counted. Everything else stays as it is.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNREADABLE.subn("", text)


# What other systems leave in a text and nobody sees. Joiners (U+200C, U+200D) stay: they shape letters and emoji.
_ESCAPED = re.compile("_x(00[01][0-9A-Fa-f]|007[Ff])_")
_NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f]")
_EDGES = re.compile("(?m)^\t+(?:[ \t]*\t)?|[ \t]+$")


def tidy(text: str) -> str:
    """A text out of another system, without what that system's export put into it.

    In this order: `_x000D_` and the like, by which spreadsheets write control characters, become those; `clean` does
    its part; no-break spaces become spaces; zero-width and direction marks and soft hyphens go; so do tabs at the
    start of a line, and blanks and tabs at its end; and empty lines and blanks around the whole.
    """
    if not text or text.isalnum():  # most cells: nothing to clean
        return text
    if "_x00" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = _INVISIBLE.sub("", _NO_BREAK.sub(" ", clean(text)[0]))
    return _EDGES.sub("", text).strip(" \t\n")


def tidy_line(text: str) -> str:
    """A short entry out of another system: as `tidy`, and each run of blanks and line breaks becomes one space."""
    return text if not text or text.isalnum() else " ".join(tidy(text).split())
