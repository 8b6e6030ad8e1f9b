"""What the YAML parser says of a fault, in words for people, with the cure at hand."""

import re

from wz.i18n import N_, _

# Patterns of the parser's words; `found` is what it quotes.
_WORDS = (
    (r"character '\\t' that cannot start", N_("a tab stands where only blanks can indent")),
    (r"character (?P<found>.+) that cannot start", N_("{found} cannot begin a value; put the value in quotes")),
    (r"could not find expected ':'", N_("the key on line {opened} has no colon and blank (: ) behind it")),
    (r"mapping values are not allowed", N_("a colon stands where it cannot: indent evenly, put text with : in quotes")),
    (r"sequence entries are not allowed", N_("a list item (-) stands where it cannot: put it on a line of its own")),
    (r"mapping keys are not allowed", N_("a question mark stands where it cannot; put the value in quotes")),
    (r"unexpected (end of stream|document separator)", N_("the quote opened on line {opened} is not closed")),
    (r"expected ',' or", N_("the bracket opened on line {opened} is not closed, or a comma is missing")),
    (r"<block end>", N_("this does not belong to what began on line {opened}: check indentation and quotes")),
    (r"<document start>", N_("the document has ended before this: check indentation and quotes")),
    (
        r"node content, but found '<stream end>'",
        N_("the file ends where a value is expected: check brackets and quotes"),
    ),
    (r"node content, but found (?P<found>.+)", N_("{found} stands where a value is expected; put the value in quotes")),
    (r"escape (character|sequence)", N_("a backslash in double quotes means something; use single quotes")),
    (r"chomping|indentation indicator|comment or a line break", N_("nothing can follow | or > on its line")),
    (r"alphabetic or numeric", N_("a value cannot begin with & or *; put it in quotes")),
    (r"tag|URI|'!'|'>'", N_("a value cannot begin with !; put it in quotes")),
    (r"directive|version|YAML document|digit", N_("a line cannot begin with %")),
)


def in_our_words(words: str, opened: int | None) -> str:
    """The parser's words as a sentence of ours; `opened` is the line where what it was reading began."""
    for pattern, message in _WORDS:
        if match := re.search(pattern, words):
            return _(message).format(opened=opened or "?", found=match.groupdict().get("found"))
    return _("not YAML: {words}").format(words=words)
