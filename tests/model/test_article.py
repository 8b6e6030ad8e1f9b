"""Article numbers in data and in messages."""

import pytest

from wz.model.article import article_name


@pytest.mark.parametrize(
    ("article", "name"),
    [
        ("8", "第八条"),
        ("10(2)", "第十条（二）"),
        ("8(11)", "第八条（十一）"),
        ("13(1)", "第十三条（一）"),
        ("20", "第二十条"),
        ("24(4)", "第二十四条（四）"),
        ("27", "第二十七条"),
        ("27bis", "第二十七条（附则）"),
    ],
)
def test_name(article: str, name: str) -> None:
    assert article_name(article) == name


def test_what_is_no_article_is_refused() -> None:
    with pytest.raises(ValueError):
        article_name("第八条")
