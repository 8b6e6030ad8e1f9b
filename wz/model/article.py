"""Article numbers: `13(1)` in data, 第十三条（一） in messages."""

import re

from wz.i18n import labelled

_DIGITS = "〇一二三四五六七八九"
_ARTICLE = re.compile(r"(\d+)(bis)?(?:\((\d+)\))?")


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _DIGITS[tens]) + "十") + (_DIGITS[ones] if ones else "")


def article_name(article: str) -> str:
    """`13(1)` as 第十三条（一）; the second article 27 (`27bis`) as 第二十七条（附则）.

    Raises ValueError for anything that is not an article number.
    """
    match = _ARTICLE.fullmatch(article)
    if match is None:
        raise ValueError(article)
    number, bis, item = match.groups()
    name = f"第{_chinese(int(number))}条"
    if bis:
        name += "（附则）"
    return f"{name}（{_chinese(int(item))}）" if item else name


def cited(article: str | None, message: str) -> str:
    """The message behind the name of its article, where it has one."""
    return message if article is None else labelled(article_name(article), message)
