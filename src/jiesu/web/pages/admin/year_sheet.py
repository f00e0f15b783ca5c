"""A year as twelve sheets of a wall calendar, each day with the mark that people know: 休 for off, 班 for made up."""

from __future__ import annotations

import calendar as weeks
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.locale import Locale

__all__ = ["Cell", "Month", "months_of", "named_days"]

Kind = Literal["work", "weekend", "off", "makeup"]


class Cell(NamedTuple):
    """One day: `name` is said for what does not follow the plain week."""

    day: int
    kind: Kind
    name: str
    today: bool


class Month(NamedTuple):
    """Weeks from Monday on; a place before the first or after the last day is None."""

    number: int
    weeks: list[list[Cell | None]]
    working_days: int


class NamedSpan(NamedTuple):
    """Days in a row with one name."""

    name: str
    works: bool
    first: date
    last: date


def months_of(calendar: WorkingCalendar, year: int, today: date, locale: Locale) -> list[Month]:
    """The twelve."""
    found = []
    for month in range(1, 13):
        rows = [
            [_cell(calendar, date(year, month, day), today, locale) if day else None for day in week]
            for week in weeks.Calendar().monthdayscalendar(year, month)
        ]
        working = sum(cell.kind in ("work", "makeup") for row in rows for cell in row if cell)
        found.append(Month(month, rows, working))
    return found


def _cell(calendar: WorkingCalendar, day: date, today: date, locale: Locale) -> Cell:
    special = calendar.special.get(day)
    works = calendar.is_working_day(day)
    if special is None:
        return Cell(day.day, "work" if works else "weekend", "", day == today)
    return Cell(day.day, "makeup" if works else "off", calendar.day_name(day, locale), day == today)


def named_days(calendar: WorkingCalendar, year: int, locale: Locale) -> Iterator[NamedSpan]:
    """What does not follow the plain week, in order."""
    span: NamedSpan | None = None
    for day, special in sorted(calendar.special.items()):
        if day.year != year:
            continue
        name = special.name.en if locale == "en" else special.name.zh
        if span and (span.name, span.works) == (name, special.works) and (day - span.last).days == 1:
            span = span._replace(last=day)
            continue
        if span:
            yield span
        span = NamedSpan(name, special.works, day, day)
    if span:
        yield span
