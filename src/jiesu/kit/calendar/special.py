"""What a date is that does not follow the weekly rule: its name, and whether it is worked."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

__all__ = ["MAKE_UP", "DayName", "SpecialDay", "SpecialDays"]


class DayName(NamedTuple):
    zh: str
    en: str


class SpecialDay(NamedTuple):
    """A date that does not follow the weekly rule, or a weekly rest day with a holiday's name."""

    name: DayName
    works: bool


class SpecialDays(NamedTuple):
    days: Mapping[date, SpecialDay]
    #: years whose official arrangement is known; every other year is provisional
    published: frozenset[int]


MAKE_UP = DayName("调休上班", "make-up working day")
