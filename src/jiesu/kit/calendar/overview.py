"""A year to look at, and what would change in it from one calendar to another."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from jiesu.kit.calendar.working import WorkingCalendar

__all__ = ["DayChange", "DayView", "YearView", "differences", "year_view"]


class DayView(Struct, frozen=True):
    """A date, what it is called, and whether it is worked."""

    date: date
    name_zh: str
    name_en: str
    works: bool


class YearView(Struct, frozen=True):
    """Every day of a year that does not follow the plain week; holidays that fall on a weekend are among them."""

    year: int
    published: bool
    days: tuple[DayView, ...]


class DayChange(Struct, frozen=True):
    """A date that is called or counted otherwise than before."""

    date: date
    before: DayView
    after: DayView


def year_view(calendar: WorkingCalendar, year: int) -> YearView:
    """The year as the administrator sees it. Raises OutsideCalendar for one beyond 2000–2099."""
    every = [_day_view(calendar, day) for day in _dates(year)]
    published = not calendar.is_provisional(date(year, 1, 1))
    return YearView(year, published, tuple(view for view in every if view.date in calendar.special))


def differences(old: WorkingCalendar, new: WorkingCalendar, year: int) -> tuple[DayChange, ...]:
    """The dates of the year that change between work and rest, or change their name, in order.

    The document of a year may also touch the December before it: ask for that year too.
    """
    pairs = ((_day_view(old, day), _day_view(new, day)) for day in _dates(year))
    return tuple(DayChange(before.date, before, after) for before, after in pairs if before != after)


def _dates(year: int) -> Iterator[date]:
    start = date(year, 1, 1)
    return (start + timedelta(days=offset) for offset in range((date(year, 12, 31) - start).days + 1))


def _day_view(calendar: WorkingCalendar, day: date) -> DayView:
    return DayView(day, calendar.day_name(day), calendar.day_name(day, "en"), calendar.is_working_day(day))
