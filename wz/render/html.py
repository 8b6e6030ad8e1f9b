"""A page as one HTML file: opens without a network, prints, and sorts by a click on a heading."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from wz.i18n import CHINESE, _
from wz.render.page import Page, Section

STYLE = """\
:root { color-scheme: light dark; }
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; margin: 2em auto; \
max-width: 90em; padding: 0 1em; }
h1 { font-size: 1.4em; }
h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .35em .7em; text-align: left; vertical-align: top; }
th button { background: none; border: 0; color: inherit; cursor: pointer; font: inherit; \
font-weight: bold; padding: 0; }
th[aria-sort=ascending] button::after { content: " ▲"; }
th[aria-sort=descending] button::after { content: " ▼"; }
.number { font-variant-numeric: tabular-nums; text-align: right; }
tr.blue td:first-child { border-left: .4em solid #2b6cb0; }
tr.yellow td:first-child { border-left: .4em solid #d69e2e; }
tr.red td:first-child { border-left: .4em solid #c53030; }
tr.referral td:first-child { border-left: .4em solid #742a2a; font-weight: bold; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""
SCRIPT = """\
document.querySelectorAll("th").forEach(head => head.firstChild.addEventListener("click", () => {
  const table = head.closest("table"), body = table.tBodies[0], column = head.cellIndex;
  const number = head.classList.contains("number"), down = head.getAttribute("aria-sort") === "ascending";
  table.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = row => row.cells[column].textContent;
  const figure = row => { const value = parseFloat(key(row)); return isNaN(value) ? -1e300 : value; };
  const order = (one, other) => number ? figure(one) - figure(other) : key(one).localeCompare(key(other), "zh");
  const rows = Array.from(body.rows).sort(order);
  if (down) rows.reverse();
  rows.forEach(row => body.appendChild(row));
}));
"""


def document(page: Page) -> str:
    """The whole file. Nothing in it is loaded from elsewhere, and no script but its own runs."""
    return "\n".join(_lines(page))


def head(title: str, style: str, language: str) -> Iterator[str]:
    """Up to the beginning of the body."""
    allowed = b64encode(sha256(SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    yield f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>"


def _lines(page: Page) -> Iterator[str]:
    yield from head(page.title, STYLE, "zh-CN" if CHINESE else "en")
    yield f"<h1>{escape(page.title)}</h1>"
    for line in page.lead:
        yield f"<p>{escape(line)}</p>"
    for section in page.sections:
        yield from _section(section)
    yield f"<script>{SCRIPT}</script>\n</body>\n</html>"


def heading_cell(header: str, number: bool) -> str:
    """A column's heading, by which its table is sorted."""
    kind, hint = ' class="number"' if number else "", escape(_("Sort"), quote=True)
    return f'<th scope="col"{kind}><button type="button" title="{hint}">{escape(header)}</button></th>'


def _section(section: Section) -> Iterator[str]:
    numbers = [' class="number"' if column in section.right else "" for column in range(len(section.headers))]
    yield f"<h2>{escape(section.title)}</h2>\n<table>\n<thead><tr>"
    for column, header in enumerate(section.headers):
        yield heading_cell(header, column in section.right)
    yield "</tr></thead>\n<tbody>"
    marks = section.marks or [""] * len(section.rows)
    for mark, row in zip(marks, section.rows, strict=True):
        cells = "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(numbers, row, strict=True))
        yield f'<tr class="{mark}">{cells}</tr>' if mark else f"<tr>{cells}</tr>"
    yield "</tbody>\n</table>"
