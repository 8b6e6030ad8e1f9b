"""The national calendar kept beside the index: the same days, wherever they come from."""

import json
import zlib
from datetime import date
from pathlib import Path

import pytest

from wz.model.workdays import Arrangement
from wz.store import almanac
from wz.store.almanac import Almanac
from wz.store.settings import national


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The years for which the package was asked."""
    asked: list[int] = []

    def asking(year: int) -> Arrangement:
        asked.append(year)
        return national(year)

    monkeypatch.setattr(almanac, "national", asking)
    return asked


def test_the_package_is_asked_once_and_the_days_are_the_same(tmp_path: Path, told: list[int]) -> None:
    first, second = Almanac(lambda: tmp_path), Almanac(lambda: tmp_path)
    years = {year: first(year) for year in (2020, 2021, 2027)}
    assert {year: second(year) for year in years} == years
    assert told == [2020, 2021, 2027]
    # The State Council's notices of 2020 (of 27 January, too) and the absence of one for 2027.
    assert date(2020, 1, 31) in years[2020].holidays
    assert date(2020, 2, 1) not in years[2020].workdays
    assert [years[year].published for year in years] == [True, True, False]


def test_what_is_damaged_or_of_another_package_is_asked_for_again(tmp_path: Path, told: list[int]) -> None:
    right, file = Almanac(lambda: tmp_path)(2021), tmp_path / "national.json"
    kept = file.read_bytes()
    other = json.loads(kept.partition(b"\n")[2])
    other["years"]["2021"][0]["2021-03-01"] = "某日"
    text = json.dumps(other).encode()
    damaged = [kept.replace(b"2021-10-01", b"2021-10-09"), kept[:-1], b"", b"\xff\n{}", b"0\n", text]
    damaged.append(b"%d\n%s" % (zlib.crc32(foreign := text.replace(other["mark"].encode(), b"1")), foreign))
    for content in damaged:
        file.write_bytes(content)
        assert Almanac(lambda: tmp_path)(2021) == right
        assert file.read_bytes() == kept
    assert told == [2021] * (1 + len(damaged))


def test_where_nothing_can_be_kept_the_package_is_asked_each_time(tmp_path: Path, told: list[int]) -> None:
    (tmp_path / "wz").write_bytes(b"")  # where the folder would be
    for _time in range(2):
        assert Almanac(lambda: tmp_path / "wz" / "more")(2021).published
    assert told == [2021, 2021]
    assert [one.name for one in tmp_path.iterdir()] == ["wz"]
