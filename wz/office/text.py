"""What a text may hold: the one rule by which texts are cleaned before they are recorded."""

import re

# Controls but tab and line feed, byte-order marks, lone surrogates, noncharacters: nothing that a person reads.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> tuple[str, int]:
    """The text with line breaks as LF (CR LF, CR and NEL become one) and without control characters.

    Returns it with how many characters were removed; line breaks are not counted. Everything else stays as it is.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNREADABLE.subn("", text)
