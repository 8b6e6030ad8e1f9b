"""Two versions of a case file brought together by their events: the common start, then one tail after the other.

A pure function over texts: whoever merges the same two gets the same bytes, whichever of them is his own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from wz.actions.replay import retracted_places
from wz.actions.retract import Retract
from wz.i18n import _
from wz.model.event import Event, mark_of
from wz.model.problem import Problem
from wz.store.casefile import CaseFile, event_lines, line_of_key, parse
from wz.store.growing import is_plain

_ITEM = re.compile(rb"^  - action: ", re.MULTILINE)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+\Z")
_COMMENT = re.compile(rb" *#")
_EVENTS = b"\nevents:\n"
# A comment that may stand between events as wz writes them; further in, it may be part of a text.
_BESIDE = re.compile(rb"^ {0,4}#", re.MULTILINE)


class Piece(NamedTuple):
    """An event or a comment of a case file: its text, as it is compared and as it stands; no event: a comment."""

    text: bytes
    whole: bytes
    event: Event | None


class Pieces(NamedTuple):
    """A case file taken apart: its facts with the key `events:`, and what follows."""

    head: bytes
    tail: list[Piece]


# A piece and how many like it stand before it: what tells two equal ones apart.
_Key = tuple[bytes, int]
_NO_SEGMENT: list[Piece] = []
_ANY = 1 << 30  # behind a comment, a line with a # is one too, however far it is indented


def merge(path: str, base: bytes | None, ours: bytes, theirs: bytes, *, append: bool = False) -> bytes | Problem:
    """The case file that holds what both hold, each once; or why that cannot be told.

    `base` is what both grew from, None where the file is new on both sides. Tails go in the order of the first event
    of each, by when it happened; with `append` ours first, so that what comes of it begins with ours.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    sides = [parse(path, ours), parse(path, theirs)]
    for read in sides:
        if read.problems:
            fault = read.problems[0]
            return Problem(
                file=path,
                line=fault.line,
                message=_("one of the two versions to merge cannot be read: {message}").format(message=fault.message),
                cure=fault.cure,
            )
    first, second = map(taken_apart, sides)
    if first.head.rstrip() != second.head.rstrip():
        return _other_facts(path, first.head, second.head)
    if base is not None and (lost := _lost(path, base, first, second)) is not None:
        return lost
    head = max(first.head, second.head, key=_longest)
    for order in _orders(first.tail, second.tail, append=append):
        if _still_names(first.tail, order) and _still_names(second.tail, order):
            return _written(path, head, order)
    return Problem(
        file=path,
        message=_("both versions retract an event by its place alone, and one of these places would change"),
        cure=_("On one side record both again: `wz retract` the retraction, then the event; now that writes a mark."),
    )


def taken_apart(read: CaseFile) -> Pieces:
    """The facts of a case file, and each of its events and comments; of one that cannot be read, all is facts."""
    data = read.data
    if read.problems:
        return Pieces(data, [])
    if is_plain(data, len(read.events)) and not _BESIDE.search(data, data.index(_EVENTS)):
        start = data.index(_EVENTS) + len(_EVENTS)
        places = [found.start() for found in _ITEM.finditer(data, start)]
        return Pieces(
            data[:start],
            [
                Piece(data[begin:end].rstrip(), data[begin:end], event)
                for (begin, end), event in zip(pairwise([*places, len(data)]), read.events, strict=True)
            ],
        )
    return _by_lines(read)


def _by_lines(read: CaseFile) -> Pieces:
    """Where the events stand otherwise than wz writes them: by the lines on which they begin."""
    lines = _LINE.findall(read.data)
    begins = {line - 1: read.events[place - 1] for place, line in event_lines(read.data).items()}
    start = line_of_key(read.data, "events") or 1
    pieces: list[Piece] = []
    for number, line in enumerate(lines[start:], start):
        if number in begins:
            pieces.append(Piece(b"", line, begins[number]))
            inner = len(line) - len(line.lstrip()) + 2
        elif _COMMENT.match(line) and (not pieces or len(line) - len(line.lstrip()) <= inner):
            pieces.append(Piece(b"", line, None))
            inner = _ANY
        elif pieces:
            pieces[-1] = pieces[-1]._replace(whole=pieces[-1].whole + line)
        else:
            pieces.append(Piece(b"", line, None))
            inner = _ANY
    return Pieces(b"".join(lines[:start]), [one._replace(text=one.whole.rstrip()) for one in pieces])


# -- what cannot be merged


def _other_facts(path: str, ours: bytes, theirs: bytes) -> Problem:
    pairs = zip(ours.split(b"\n"), theirs.split(b"\n"), strict=False)
    line = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), None)
    return Problem(
        file=path,
        line=line,
        message=_("the two versions have other facts, which never change once they are written"),
        cure=_("Restore the file on the side that changed them; mend a fact with `wz correct`."),
    )


def _lost(path: str, base: bytes, *sides: Pieces) -> Problem | None:
    """An event that both sides began with, and one of them has no more."""
    begun = Counter(piece.text for piece in taken_apart(parse(path, base)).tail if piece.event is not None)
    for side in sides:
        for text in begun - Counter(piece.text for piece in side.tail):
            line = base[: base.find(text)].count(b"\n") + 1
            return Problem(
                file=path,
                line=line,
                message=_("one of the two versions lost or changed an event that was on record before: {text}").format(
                    text=text.strip().split(b"\n")[0].decode("utf-8", "replace")
                ),
                cure=_("Restore the file on that side; `wz undo` and `wz retract` take an event back."),
            )
    return None


# -- the order


def _orders(ours: list[Piece], theirs: list[Piece], *, append: bool) -> Iterator[list[Piece]]:
    """In which order the pieces may stand, the best first; the same for both sides but where it is to `append`."""
    if append:
        yield [*ours, *_others(theirs, ours)]
        return
    one, other = sorted((ours, theirs), key=lambda side: [piece.text for piece in side])
    gaps = list(_gaps(one, other))
    yield [piece for gap in gaps for segment in sorted(gap, key=_when) for piece in segment]
    yield [piece for first, second in gaps for piece in (*first, *second)]
    yield [piece for first, second in gaps for piece in (*second, *first)]


def _others(pieces: list[Piece], than: list[Piece]) -> list[Piece]:
    known = set(_keys(than))
    return [piece for key, piece in zip(_keys(pieces), pieces, strict=True) if key not in known]


def _gaps(one: list[Piece], other: list[Piece]) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """What each side alone has, between what both have, which comes as gaps of its own.

    Where the sides have it in another order, that of `one` holds, and what `other` alone has follows all that stands
    before it there.
    """
    ones, others = _keys(one), _keys(other)
    places = {key: place for place, key in enumerate(ones)}
    added: dict[int, list[Piece]] = {}
    twins: dict[_Key, Piece] = {}
    after = -1
    for key, piece in zip(others, other, strict=True):
        if key in places:
            after = max(after, places[key])
            twins[key] = piece
        else:
            added.setdefault(after, []).append(piece)
    own: list[Piece] = []
    after = -1
    for place, (key, piece) in enumerate(zip(ones, one, strict=True)):
        if key not in twins:
            own.append(piece)
            continue
        yield own, added.get(after, _NO_SEGMENT)
        yield [piece if _longest(piece.whole) >= _longest(twins[key].whole) else twins[key]], _NO_SEGMENT
        own, after = [], place
    yield own, added.get(after, _NO_SEGMENT)


def _keys(pieces: Sequence[Piece]) -> list[_Key]:
    seen: Counter[bytes] = Counter()
    keys = []
    for piece in pieces:
        keys.append((piece.text, seen[piece.text]))
        seen[piece.text] += 1
    return keys


def _when(segment: list[Piece]) -> tuple[bool, float, bytes]:
    """Which of two tails goes first; comments alone go last."""
    at = next((piece.event.at.timestamp() for piece in segment if piece.event is not None), None)
    return at is None, at or 0.0, segment[0].text if segment else b""


def _longest(text: bytes) -> tuple[int, bytes]:
    return len(text), text


def _still_names(side: list[Piece], merged: list[Piece]) -> bool:
    """Whether each retraction that names its event by place alone names the same event still."""
    events = [(key, piece.event) for key, piece in zip(_keys(side), side, strict=True) if piece.event is not None]
    out = retracted_places((place, event) for place, (_key, event) in enumerate(events, 1))
    now = [key for key, piece in zip(_keys(merged), merged, strict=True) if piece.event is not None]
    return all(
        now[event.event - 1] == events[event.event - 1][0]
        for place, (_key, event) in enumerate(events, 1)
        if isinstance(event, Retract) and event.mark is None and place not in out and event.event < place
    )


def _written(path: str, head: bytes, order: list[Piece]) -> bytes | Problem:
    """The text, read back to see that it is so."""
    lines = [text if text.endswith(b"\n") else text + b"\n" for text in (head, *(piece.whole for piece in order))]
    data = b"".join(lines)
    read = parse(path, data)
    wanted = [mark_of(piece.event) for piece in order if piece.event is not None]
    if read.problems or [mark_of(event) for event in read.events] != wanted:
        return Problem(
            file=path,
            message=_("the events of the two versions cannot be put into one list as they are written"),
            cure=_("Merge it by hand: keep the events of both sides, one after the other."),
        )
    return data
