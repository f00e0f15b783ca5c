"""Which dates are off or worked against the weekly rule: the law, published holidays, what was written over them."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]
from msgspec import Struct

from jiesu.kit.calendar.special import MAKE_UP, DayName, SpecialDay, SpecialDays
from jiesu.kit.calendar.years import days_of, read_years
from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["off_by_law", "read_special_days"]

#: `chinesecalendar` names three festivals without their 节
LIBRARY_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


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


def read_special_days(folder: Path, edits: Mapping[int, Mapping[str, Any]], years: range) -> SpecialDays:
    """Statutory days of unpublished years, the library's published years, `YEAR.toml` or its edit, each over the last.

    Raises ConfigMistake for a document that cannot be read or contradicts itself.
    """
    documents = read_years(folder, edits, years)
    library = frozenset(_library_years())
    published = set(library)
    for year, _ in documents:
        published = published | {year.year} if year.published else published - {year.year}
    days = {day: special for day, special in _statutory(folder, years) if day.year not in published}
    days.update(_library_days())
    for document in documents:
        days.update(days_of(document, days, alone=document.content.year not in library))
    return SpecialDays(days, frozenset(published))


def off_by_law(folder: Path, year: int) -> dict[date, DayName]:
    """The festivals of a year that no arrangement may leave out (全国年节及纪念日放假办法), as far as they are dated."""
    law = _statutory(folder, range(year, year + 1))
    return {day: special.name for day, special in law if day.year == year}


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
