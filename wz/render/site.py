"""The public site's pages: values in, bytes out. Everything is escaped, nothing comes from another host, no clock."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

_ASSETS = ("style.css", "search.js")


class PublicCase(NamedTuple):
    """A case as the public reads it; labels are Chinese, dates ISO 8601, `days` working days from receipt to answer."""

    id: str
    title: str
    content: str
    answer: str
    category: str
    unit: str
    area: str
    received: str
    answered: str
    rating: str
    days: int

    @property
    def month(self) -> str:
        return self.answered[:7]


class Row(NamedTuple):
    """A case in a list."""

    id: str
    title: str
    category: str
    unit: str
    area: str
    answered: str
    rating: str


def row(case: PublicCase) -> Row:
    return Row(case.id, case.title, case.category, case.unit, case.area, case.answered, case.rating)


def page_of(case_id: str) -> str:
    """Where a case's page lies in the site."""
    return f"cases/{case_id}.html"


class Pages:
    """The pages of one site; `common` is what all of them show: city, office, as_of, months."""

    def __init__(self, common: Mapping[str, Any]) -> None:
        self._common = common

    @cached_property
    def _environment(self) -> Any:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader(_folder()),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters["paragraphs"] = paragraphs
        environment.filters["day"] = day
        environment.filters["month"] = month
        return environment

    def page(self, template: str, root: str = "", **values: Any) -> bytes:
        """A page from its template; `root` leads from it to the site's top."""
        text: str = self._environment.get_template(template).render(root=root, **self._common, **values)
        return text.encode("utf-8")


def assets() -> dict[str, bytes]:
    """Style sheet and script."""
    return {name: (_folder() / name).read_bytes() for name in _ASSETS}


def search_data(year: str, rows: Iterable[Row]) -> bytes:
    """The rows of a year as a script that hands them to the search."""
    data = json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))
    for unsafe in ("<", ">", "\u2028", "\u2029"):
        data = data.replace(unsafe, f"\\u{ord(unsafe):04x}")
    return f'wzFound("{year}",{data});\n'.encode()


def paragraphs(text: str) -> Markup:
    """A text's lines as paragraphs, escaped."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(line) for line in lines)


def day(text: str) -> str:
    """`2026-11-05` as 2026年11月5日."""
    year, month_of, day_of = text.split("-")
    return f"{year}年{int(month_of)}月{int(day_of)}日"


def month(text: str) -> str:
    """`2026-11` as 2026年11月."""
    year, month_of = text.split("-")
    return f"{year}年{int(month_of)}月"


def _folder() -> Path:
    return Path(str(files("wz"))) / "render" / "site"
