"""Case ids: date of receipt, five random Crockford base-32 symbols, one check symbol."""

import re
from datetime import date

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
# Crockford: what is easily misread is read as what was meant; hyphens are for the eye.
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_RANDOM_SYMBOLS = 5
PATTERN = re.compile(r"([0-9]{8})-([0-9A-HJKMNP-TV-Z]{6})")


def _times_alpha(value: int) -> int:
    """Multiply by the generator of GF(32) = GF(2)[x] / (x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def check_symbol(body: str) -> str:
    """The check symbol of an id's other 13 symbols (date and random part, without the hyphen).

    It is the sum of alpha^i * symbol_i over GF(32), evaluated by Horner's rule. Every symbol has a
    non-zero weight of its own, so one wrong symbol always changes the sum; the weights of
    neighbours differ, so swapping two unequal neighbours does too.
    """
    total = 0
    for symbol in body:
        total = _times_alpha(total ^ _VALUE[symbol])
    return ALPHABET[total]


def new_id(received: date) -> str:
    """A fresh id for a case received on that day; 2^25 of them a day, so clones do not collide in practice."""
    import secrets

    random = secrets.randbits(5 * _RANDOM_SYMBOLS)
    day = f"{received.year:04}{received.month:02}{received.day:02}"
    body = day + "".join(ALPHABET[random >> 5 * place & 31] for place in range(_RANDOM_SYMBOLS))
    return f"{body[:8]}-{body[8:]}{check_symbol(body)}"


def normalise(text: str) -> str:
    """Upper case, look-alikes folded (I and L to 1, O to 0), surrounding space dropped."""
    return text.strip().upper().translate(_READ_AS)


def is_valid(case_id: str) -> bool:
    """Whether a full id is well formed, names a real day and its check symbol fits."""
    match = PATTERN.fullmatch(case_id)
    if match is None:
        return False
    day, rest = match.groups()
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return check_symbol(day + rest[:-1]) == rest[-1]


def path_of(case_id: str) -> str:
    """Where the case file lies below the registry, with forward slashes."""
    return f"cases/{case_id[:4]}/{case_id[4:6]}/{case_id[6:8]}/{case_id}.yaml"


def id_of(path: str) -> str:
    """The id that the path of a case file tells."""
    return path.rpartition("/")[2].removesuffix(".yaml")


def files_of(case_id: str) -> str:
    """The folder beside the case file that holds its documents."""
    return path_of(case_id).removesuffix(".yaml") + ".files"
