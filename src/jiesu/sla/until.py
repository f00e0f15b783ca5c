"""To which moment an extension may move a date: reading what was typed, and its bounds."""

from __future__ import annotations

from datetime import date, datetime, time

from msgspec import Struct

from jiesu.errors import Invalid
from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI, aware_utc
from jiesu.sla.deadlines import due
from jiesu.sla.limits import Limit
from jiesu.sla.wording import Locale, day_words, moment_words

__all__ = ["BadUntil", "Room", "UntilOutside", "UntilRestDay", "check_room", "read_until", "room_after"]

#: Years a calendar reaches.
YEARS = range(2000, 2100)


class Dated(Invalid):
    """A refusal that names days and moments in the reader's language."""

    def say(self, locale: str) -> str:
        """The sentence, dates in words."""
        language: Locale = "en" if locale.startswith("en") else "zh"
        words = {name: _words(value, language) for name, value in self.params.items()}
        return (self.en if language == "en" else self.zh).format_map(words)


class BadUntil(Invalid):
    zh = "“{until}”不是日期。请写成 2026-11-20；要精确到时刻，写成 2026-11-20T15:00。"
    en = "“{until}” is no date. Write 2026-11-20, or 2026-11-20T15:00 for an exact time."


class UntilRestDay(Dated):
    zh = "{day}不上班，请选工作日。之后最近的工作日是{following}。"
    en = "Nobody works on {day}. Choose a working day; the next one is {following}."


class UntilOutside(Dated):
    zh = "延期后的期限要晚于现在的期限{old}，最迟到{latest}。"
    en = "The new date must be later than the present one, {old}, and at the latest {latest}."


class Room(Struct, frozen=True):
    """From the date as it stands to the latest that one extension may reach; aware UTC.

    `by_day` for limits in days, whose new date is a day, ending at the close of office; others take a moment.
    """

    old: datetime
    latest: datetime
    by_day: bool


def room_after(due_at: datetime, final: Limit, extension: Limit, calendar: WorkingCalendar) -> Room:
    """The room that a class's extension gives from the present date, counted by the calendar."""
    return Room(due_at, due(extension, due_at, calendar).due_at, final.counts_days)


def read_until(text: str, room: Room, calendar: WorkingCalendar) -> datetime:
    """The moment that was typed, aware UTC; a bare day ends at the close of office. In Shanghai unless it says otherwise.

    Raises BadUntil, UntilOutside, and UntilRestDay for a day without office where the limit counts in days.
    """
    day, moment = _parsed(text.strip())
    first, last = (edge.astimezone(SHANGHAI).date() for edge in (room.old, room.latest))
    if not first <= day <= last:
        raise UntilOutside("until", old=room.old, latest=room.latest)
    if (moment is None or room.by_day) and not calendar.is_working_day(day):
        following = calendar.next_close(_midnight(day)).astimezone(SHANGHAI).date()
        raise UntilRestDay("until", day=day, following=following)
    found = calendar.next_close(_midnight(day)) if moment is None else aware_utc(moment)
    check_room(found, room)
    return found


def check_room(until: datetime, room: Room) -> None:
    """Raises UntilOutside."""
    if not room.old < until <= room.latest:
        raise UntilOutside("until", old=room.old, latest=room.latest)


def _parsed(text: str) -> tuple[date, datetime | None]:
    """The day in Shanghai, and the moment where one was given."""
    try:
        return date.fromisoformat(text), None
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadUntil("until", until=text[:40]) from error
    if moment.year not in YEARS:
        raise BadUntil("until", until=text[:40])
    local = moment.astimezone(SHANGHAI) if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return local.date(), local


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _words(value: object, locale: Locale) -> object:
    if isinstance(value, datetime):
        return moment_words(value, locale)
    return day_words(value, locale) if isinstance(value, date) else value
