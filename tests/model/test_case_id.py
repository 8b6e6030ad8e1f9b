"""Ids that cannot be misheard."""

from datetime import date

import pytest

from wz.model import case_id
from wz.model.case_id import ALPHABET, check_symbol, is_valid, new_id, normalise


def ids() -> list[str]:
    bodies = [f"202611{day:02}" + ALPHABET[day : day + 5] for day in range(1, 21)]
    return [f"{body[:8]}-{body[8:]}{check_symbol(body)}" for body in bodies] + ["20261123-RSNGR6"]


def test_a_new_id_is_valid_and_dated() -> None:
    made = new_id(date(2026, 1, 9))
    assert made.startswith("20260109-")
    assert is_valid(made)


@pytest.mark.parametrize("good", ids())
def test_every_single_wrong_symbol_is_refused(good: str) -> None:
    for place, symbol in enumerate(good):
        if symbol == "-":
            continue
        for other in ALPHABET:
            if other != symbol:
                assert not is_valid(good[:place] + other + good[place + 1 :])


@pytest.mark.parametrize("good", ids())
def test_every_swap_of_unequal_neighbours_is_refused(good: str) -> None:
    symbols = good.replace("-", "")
    for place in range(len(symbols) - 1):
        left, right = symbols[place], symbols[place + 1]
        if left != right:
            swapped = symbols[:place] + right + left + symbols[place + 2 :]
            assert not is_valid(f"{swapped[:8]}-{swapped[8:]}")


@pytest.mark.parametrize("bad", ["", "20261123", "20261123-", "20261323-RSNGR6", "20260230-00000", "2026112-3RSNGR6"])
def test_what_has_not_the_form_is_refused(bad: str) -> None:
    assert not is_valid(bad)


def test_the_check_symbol_by_another_reckoning() -> None:
    """The sum of symbol times power in GF(32), with multiplication done bit by bit."""

    def times(left: int, right: int) -> int:
        product = 0
        for bit in range(5):
            if right >> bit & 1:
                product ^= left << bit
        for bit in range(9, 4, -1):
            if product >> bit & 1:
                product ^= 0b100101 << (bit - 5)
        return product

    body = "20261123RSNGR"
    power, total = 1, 0
    for symbol in reversed(body):
        power = times(power, 2)
        total ^= times(ALPHABET.index(symbol), power)
    assert ALPHABET[total] == case_id.check_symbol(body) == "6"


def test_what_is_misread_is_read_as_meant() -> None:
    assert normalise(" 20261123-rsngr6 ") == "20261123-RSNGR6"
    assert normalise("OIL") == "011"


def test_paths_follow_from_the_id() -> None:
    assert case_id.path_of("20261123-RSNGR6") == "cases/2026/11/23/20261123-RSNGR6.yaml"
    assert case_id.files_of("20261123-RSNGR6") == "cases/2026/11/23/20261123-RSNGR6.files"
