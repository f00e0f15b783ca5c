"""What a report is about: a week from Monday to Sunday (`2026-W48`) or a month (`2026-11`)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.statistics.query import MonthSpan

__all__ = ["BadPeriod", "Period", "PeriodKind", "month_of", "period_named", "recent", "week_of"]

DAY, WEEK = timedelta(days=1), timedelta(days=7)
_WEEK, _MONTH = re.compile(r"(\d{4})-W(\d{2})", re.ASCII), re.compile(r"(\d{4})-(\d{2})", re.ASCII)
#: The year before which there was nothing, and one that nobody here will see.
EARLIEST, LATEST = 1990, 2999
#: How many weeks and months a list of reports offers.
WEEKS, MONTHS = 8, 6


class BadPeriod(Invalid):
    zh = "“{period}”不是一周或一个月。周请写成 2026-W48，月请写成 2026-11。"
    en = "“{period}” is neither a week nor a month. Write 2026-W48 or 2026-11."


class PeriodKind(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Period(msgspec.Struct, frozen=True):
    """Both days are inclusive."""

    kind: PeriodKind
    name: str
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def span(self) -> MonthSpan:
        """From its first moment to that of the next, in Hohhot's time."""
        return MonthSpan(self.name, _midnight(self.since), _midnight(self.until + DAY))

    @property
    def before(self) -> Period:
        """The week or month before."""
        return _around(self.kind, self.since - DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), SHANGHAI)


def _around(kind: PeriodKind, day: date) -> Period:
    return week_of(day) if kind is PeriodKind.WEEKLY else month_of(day)


def week_of(day: date) -> Period:
    """The week in which the day falls."""
    monday = day - timedelta(days=day.weekday())
    year, week, _ = monday.isocalendar()
    return Period(PeriodKind.WEEKLY, f"{year}-W{week:02}", monday, monday + WEEK - DAY)


def month_of(day: date) -> Period:
    """The month in which the day falls."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(PeriodKind.MONTHLY, f"{first:%Y-%m}", first, following - DAY)


def period_named(name: str) -> Period:
    """Raises BadPeriod."""
    week, month = _WEEK.fullmatch(name), _MONTH.fullmatch(name)
    try:
        year, number = map(int, found.groups() if (found := week or month) else ())
        if not EARLIEST <= year <= LATEST:
            raise ValueError(name)
        return week_of(date.fromisocalendar(year, number, 1)) if week else month_of(date(year, number, 1))
    except ValueError as error:
        raise BadPeriod("period", period=name[:20]) from error


def recent(kind: PeriodKind, today: date) -> list[Period]:
    """The one that is not over yet, and those before it."""
    found = [_around(kind, today)]
    for _ in range(WEEKS if kind is PeriodKind.WEEKLY else MONTHS):
        found.append(found[-1].before)
    return found
