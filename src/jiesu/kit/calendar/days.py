"""Which dates are off or worked against the weekly rule: published holidays, the year files laid over them, the law."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import chinese_calendar  # type: ignore[import-untyped]
from msgspec import Struct, field

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["DayName", "SpecialDay", "SpecialDays", "read_special_days"]


class DayName(NamedTuple):
    zh: str
    en: str


class SpecialDay(NamedTuple):
    """A date that does not follow the weekly rule, or a weekly rest day with a holiday's name."""

    name: DayName
    works: bool


class SpecialDays(NamedTuple):
    days: dict[date, SpecialDay]
    #: years whose official arrangement is known; every other year is provisional
    published: frozenset[int]


MAKE_UP = DayName("调休上班", "make-up working day")
#: `chinesecalendar` names three festivals without their 节
LIBRARY_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class Off(Struct, forbid_unknown_fields=True):
    first: date = field(name="from")
    last: date = field(name="to")
    name: str
    name_en: str


class Work(Struct, forbid_unknown_fields=True):
    days: list[date]
    name: str = MAKE_UP.zh
    name_en: str = MAKE_UP.en


class Year(Struct, forbid_unknown_fields=True):
    year: int
    published: bool
    off: list[Off] = []
    work: list[Work] = []


class Festival(Struct, forbid_unknown_fields=True):
    name: str
    name_en: str
    days: list[date]


class YearlyFestival(Struct, forbid_unknown_fields=True):
    name: str
    name_en: str
    #: month and day, "10-01"
    days: list[str]


class Statutory(Struct, forbid_unknown_fields=True):
    yearly: list[YearlyFestival]
    dated: list[Festival] = []


def read_special_days(folder: Path, years: range) -> SpecialDays:
    """Statutory days of unpublished years, then the library's published years, then `YEAR.toml`, each over the last.

    Raises ConfigMistake for a file that cannot be read or contradicts itself.
    """
    files = {int(path.stem): path for path in sorted(folder.glob("[0-9][0-9][0-9][0-9].toml"))}
    overlays = {year: _read_year(path, year) for year, path in files.items()}
    published = set(_library_years())
    for year, overlay in overlays.items():
        published = published | {year} if overlay.published else published - {year}
    days = {day: special for day, special in _statutory(folder, years) if day.year not in published}
    days.update(_library_days())
    for year, overlay in overlays.items():
        days.update(_overlay_days(overlay, files[year]))
    return SpecialDays(days, frozenset(published))


def _library_years() -> Iterator[int]:
    """A year counts as published once its National Day is: its January may stand in the year before's notice."""
    national_day = chinese_calendar.Holiday.national_day.value
    return (day.year for day, name in chinese_calendar.holidays.items() if name == national_day)


def _library_days() -> Iterator[tuple[date, SpecialDay]]:
    for day, english in chinese_calendar.holidays.items():
        chinese = chinese_calendar.Holiday(english).chinese
        yield day, SpecialDay(DayName(LIBRARY_NAMES.get(chinese, chinese), english), works=False)
    for day in chinese_calendar.workdays:
        yield day, SpecialDay(MAKE_UP, works=True)


def _read_year(path: Path, year: int) -> Year:
    overlay = convert(read_toml(path), Year, path)
    if overlay.year != year:
        raise ConfigMistake(path, "year", overlay.year, f"the file is named {path.name}; write year = {year}.")
    return overlay


def _overlay_days(overlay: Year, path: Path) -> dict[date, SpecialDay]:
    days: dict[date, SpecialDay] = {}
    for key, day, special in _entries(overlay):
        if day in days:
            raise ConfigMistake(path, key, day.isoformat(), "this date is named twice; name it once.")
        if day.year != overlay.year and (day.year, day.month) != (overlay.year - 1, 12):
            raise ConfigMistake(path, key, day.isoformat(), f"use dates of {overlay.year}.")
        days[day] = special
    for number, off in enumerate(overlay.off):
        if off.last < off.first:
            raise ConfigMistake(path, f"off[{number}].to", off.last.isoformat(), "end on or after the first day.")
    return days


def _entries(overlay: Year) -> Iterator[tuple[str, date, SpecialDay]]:
    for number, off in enumerate(overlay.off):
        for offset in range((off.last - off.first).days + 1):
            special = SpecialDay(DayName(off.name, off.name_en), works=False)
            yield f"off[{number}]", off.first + timedelta(days=offset), special
    for number, work in enumerate(overlay.work):
        for day in work.days:
            yield f"work[{number}].days", day, SpecialDay(DayName(work.name, work.name_en), works=True)


def _statutory(folder: Path, years: range) -> Iterator[tuple[date, SpecialDay]]:
    path = folder / "statutory.toml"
    law = convert(read_toml(path), Statutory, path)
    for festival in law.dated:
        special = SpecialDay(DayName(festival.name, festival.name_en), works=False)
        yield from ((day, special) for day in festival.days)
    for number, yearly in enumerate(law.yearly):
        special = SpecialDay(DayName(yearly.name, yearly.name_en), works=False)
        for text in yearly.days:
            month, day = _month_day(text, path, f"yearly[{number}].days")
            yield from ((date(year, month, day), special) for year in years)


def _month_day(text: str, path: Path, key: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2001-{text}")
    except ValueError as problem:
        raise ConfigMistake(path, key, text, 'write month and day, for example "10-01".') from problem
    return day.month, day.day
