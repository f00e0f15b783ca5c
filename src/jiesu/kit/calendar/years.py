"""One year's official arrangement as somebody wrote it, in `YEAR.toml` or through the API, and its mistakes."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct, field

from jiesu.kit.calendar.special import MAKE_UP, DayName, SpecialDay
from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["YearDocument", "days_of", "read_years"]

SATURDAY = 6

Name = Annotated[str, Meta(min_length=1)]


class Off(Struct, forbid_unknown_fields=True):
    first: date = field(name="from")
    last: date = field(name="to")
    name: Name
    name_en: Name


class Work(Struct, forbid_unknown_fields=True):
    days: list[date]
    name: Name = MAKE_UP.zh
    name_en: Name = MAKE_UP.en


class Year(Struct, forbid_unknown_fields=True):
    year: int
    published: bool
    off: list[Off] = []
    work: list[Work] = []


class YearDocument(NamedTuple):
    """A year as written; `file` says where, for whoever has to correct it."""

    content: Year
    file: str


def read_years(folder: Path, edits: Mapping[int, Mapping[str, Any]], years: range) -> list[YearDocument]:
    """Every year anybody wrote about, in order; an edit takes the place of the year's file, which is not even read.

    Raises ConfigMistake.
    """
    files = {int(path.stem): path for path in folder.glob("[0-9][0-9][0-9][0-9].toml")}
    documents = []
    for year in sorted(files.keys() | edits.keys()):
        file = f"calendar edit {year}" if year in edits else str(files[year])
        content = convert(edits[year] if year in edits else read_toml(files[year]), Year, file)
        if content.year != year:
            raise ConfigMistake(file, "year", content.year, f"this is the place of {year}; write year = {year}.")
        if year not in years:
            raise ConfigMistake(file, "year", year, f"the calendar reaches from {years[0]} to {years[-1]}.")
        documents.append(YearDocument(content, file))
    return documents


def days_of(document: YearDocument, known: Mapping[date, SpecialDay], *, alone: bool) -> dict[date, SpecialDay]:
    """The days the document names, to be laid over what is `known` of them; `alone`, nothing else knows the year.

    Raises ConfigMistake for a date named twice or of another year (the December before may be arranged with New Year),
    for a make-up day that is a working day anyhow, and for a year published without a single holiday.
    """
    year, file = document
    days: dict[date, SpecialDay] = {}
    for key, day, special in _entries(document):
        if day in days:
            raise ConfigMistake(file, key, day.isoformat(), "this date is named twice; name it once.")
        if special.works and _works_by_itself(day, known):
            raise ConfigMistake(
                file, key, day.isoformat(), "this is a working day anyhow; name only days that would be off."
            )
        days[day] = special
    if alone and year.published and not year.off:
        raise ConfigMistake(
            file, "off", None, "a published year has holidays; name them, or write published = false for now."
        )
    return days


def _works_by_itself(day: date, known: Mapping[date, SpecialDay]) -> bool:
    return day.isoweekday() < SATURDAY and (day not in known or known[day].works)


def _entries(document: YearDocument) -> Iterator[tuple[str, date, SpecialDay]]:
    year, file = document
    for number, off in enumerate(year.off):
        key = f"off[{number}]"
        if off.last < off.first:
            raise ConfigMistake(file, f"{key}.to", off.last.isoformat(), "end on or after the first day.")
        _check_date(off.first, document, f"{key}.from")
        if off.last.year != year.year:
            raise ConfigMistake(file, f"{key}.to", off.last.isoformat(), f"end on a date of {year.year}.")
        special = SpecialDay(DayName(off.name, off.name_en), works=False)
        for offset in range((off.last - off.first).days + 1):
            yield key, off.first + timedelta(days=offset), special
    for number, work in enumerate(year.work):
        special = SpecialDay(DayName(work.name, work.name_en), works=True)
        for day in work.days:
            _check_date(day, document, f"work[{number}].days")
            yield f"work[{number}].days", day, special


def _check_date(day: date, document: YearDocument, key: str) -> None:
    year = document.content.year
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise ConfigMistake(
            document.file, key, day.isoformat(), f"use dates of {year}, or of the December before, joined to New Year."
        )
