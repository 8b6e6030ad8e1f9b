"""What a case is judged by: the rules and the calendar together."""

from typing import NamedTuple

from wz.model.workdays import Calendar
from wz.regulation.rules import Rules


class Law(NamedTuple):
    rules: Rules
    calendar: Calendar
