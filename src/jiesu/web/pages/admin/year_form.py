"""A year's arrangement as a form has it: holidays from day to day, make-up days in a line of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from jiesu.errors import Invalid
from jiesu.kit.calendar import WorkingCalendar
from jiesu.web.pages.forms import Fields

__all__ = ["BLANK", "HolidayRow", "YearForm", "document_of", "form_of_calendar", "form_of_document", "form_of_fields"]

#: The festivals of 全国年节及纪念日放假办法; what is named otherwise is its own English.
FESTIVALS: Mapping[str, str] = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
#: Rows left open below those that are filled in.
BLANK, MOST_ROWS = 2, 20
#: 2027-01-04, 1月4日, 1/4: notices are pasted as they are.
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


class HolidayUnclear(Invalid):
    zh = "第{row}行的节日没有填全。请填名称、放假第一天和最后一天；不要的一行，三格都清空。"
    en = "Holiday {row} is not complete. Give its name, first and last day, or empty all three."


class HolidayBackwards(Invalid):
    zh = "{name}的最后一天早于第一天。请改正。"
    en = "{name} ends before it begins. Correct it."


class DayOutsideYear(Invalid):
    zh = "{day}不在{year}年。请填{year}年的日期；与元旦连休的，可以从上一年12月开始。"
    en = "{day} is not in {year}. Use dates of {year}; joined to New Year, it may begin in the December before."


class DayTwice(Invalid):
    zh = "{day}写了两次。请只写一次。"
    en = "{day} is named twice. Name it once."


class NoSuchDay(Invalid):
    zh = "“{text}”不是日期。调休上班的日子请写成 2027-01-04 或 1月4日，中间用空格或顿号隔开。"
    en = "“{text}” is no date. Write make-up days like 2027-01-04, with spaces between."


class WorksAnyhow(Invalid):
    zh = "{day}本来就上班，不用写进调休上班。请核对日期。"
    en = "{day} is a working day anyhow. Check the date."


class NothingOff(Invalid):
    zh = "公布的一年总要有放假的日子。请填节日，或先不勾“已正式公布”。"
    en = "A published year has holidays. Fill them in, or do not tick “officially published” yet."


class HolidayRow(NamedTuple):
    """As typed."""

    name: str
    first: str
    last: str


class YearForm(NamedTuple):
    """As typed, or as it stands now."""

    rows: list[HolidayRow]
    work: str
    published: bool


def form_of_document(document: Mapping[str, Any]) -> YearForm:
    """What an administrator said before."""
    rows = [HolidayRow(off["name"], str(off["from"]), str(off["to"])) for off in document.get("off", [])]
    work = [str(day) for entry in document.get("work", []) for day in entry["days"]]
    return YearForm(rows, " ".join(work), bool(document.get("published")))


def form_of_calendar(calendar: WorkingCalendar, year: int) -> YearForm:
    """What holds now, by whatever files and the law say; holidays that run over New Year begin in December."""
    rows = [HolidayRow(name, str(first), str(last)) for name, first, last in _spans(calendar, year)]
    work = [str(day) for day, special in sorted(calendar.special.items()) if special.works and day.year == year]
    return YearForm(rows, " ".join(work), not calendar.is_provisional(date(year, 1, 1)))


def _spans(calendar: WorkingCalendar, year: int) -> Iterator[tuple[str, date, date]]:
    off = [
        (day, special.name.zh)
        for day, special in sorted(calendar.special.items())
        if not special.works and date(year - 1, 12, 1) <= day <= date(year, 12, 31)
    ]
    start = 0
    for place, (day, name) in enumerate(off):
        following = off[place + 1] if place + 1 < len(off) else None
        if following == (day + timedelta(days=1), name):
            continue
        if day.year == year:
            yield name, off[start][0], day
        start = place + 1


def form_of_fields(fields: Fields) -> YearForm:
    """As it was sent, without the rows left empty."""
    rows = [
        HolidayRow(*(fields[f"{part}-{number}"].strip() for part in ("name", "from", "to")))
        for number in range(MOST_ROWS)
    ]
    return YearForm([row for row in rows if any(row)], fields["work"].strip(), "published" in fields)


def document_of(form: YearForm, year: int, calendar: WorkingCalendar) -> dict[str, Any]:
    """In the shape of `YEAR.toml`. Raises what is wrong, with the field it stands in."""
    seen: set[date] = set()
    off = []
    for number, row in enumerate(form.rows):
        first, last = _holiday(row, number, year)
        for offset in range((last - first).days + 1):
            _once(first + timedelta(days=offset), seen, f"from-{number}")
        off.append(
            {"name": row.name, "name_en": FESTIVALS.get(row.name, row.name), "from": str(first), "to": str(last)}
        )
    days = list(_make_up_days(form.work, year, seen))
    for day in days:
        if day.isoweekday() < 6 and day not in calendar.special:
            raise WorksAnyhow("work", day=day)
    if form.published and not off:
        raise NothingOff("name-0")
    work = [{"days": [str(day) for day in days]}] if days else []
    return {"year": year, "published": form.published, "off": off, "work": work}


def _holiday(row: HolidayRow, number: int, year: int) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(row.first), date.fromisoformat(row.last)
    except ValueError as error:
        raise HolidayUnclear(f"from-{number}", row=number + 1) from error
    if not row.name:
        raise HolidayUnclear(f"name-{number}", row=number + 1)
    if last < first:
        raise HolidayBackwards(f"to-{number}", name=row.name)
    if last.year != year or (first.year != year and (first.year, first.month) != (year - 1, 12)):
        raise DayOutsideYear(f"from-{number}", day=first if last.year == year else last, year=year)
    return first, last


def _make_up_days(text: str, year: int, seen: set[date]) -> Iterator[date]:
    """Every date in the text; what is left between them may be marks and weekdays in brackets, nothing else."""
    rest = re.sub(r"[（(][^）)]*[）)]|[\s,，、;；和及]+|上班", " ", _DAY.sub(" ", text)).strip()
    if rest:
        raise NoSuchDay("work", text=rest[:20])
    for match in _DAY.finditer(text):
        try:
            day = date(int(match[1] or year), int(match[2]), int(match[3]))
        except ValueError as error:
            raise NoSuchDay("work", text=match[0]) from error
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise DayOutsideYear("work", day=day, year=year)
        _once(day, seen, "work")
        yield day


def _once(day: date, seen: set[date], field: str) -> None:
    if day in seen:
        raise DayTwice(field, day=day)
    seen.add(day)
