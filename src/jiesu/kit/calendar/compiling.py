"""Special days and office hours made into calendars that share whatever they have in common."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import compress
from typing import Any

from jiesu.kit.calendar.editions import Edition, days_document, hours_document, version_of
from jiesu.kit.calendar.shifts import ShiftPlan
from jiesu.kit.calendar.special import SpecialDays
from jiesu.kit.calendar.timeline import Timeline
from jiesu.kit.calendar.working import WorkingCalendar
from jiesu.kit.config import convert

__all__ = ["Compiler", "calendar_from"]

WEEK = 7


class Compiler:
    """Calendars of the same holidays: those of the same hours are one object, those of the same weekdays share days."""

    def __init__(self, first: date, special: SpecialDays) -> None:
        self._first = first
        self._special = special
        self._shared_half = days_document(special)
        self._calendars: dict[ShiftPlan, WorkingCalendar] = {}
        self._days: dict[bytes, tuple[bytes, Sequence[int]]] = {}

    def calendar(self, shifts: ShiftPlan) -> WorkingCalendar:
        """The calendar of these hours."""
        if shifts not in self._calendars:
            self._calendars[shifts] = WorkingCalendar(
                version=version_of((self._shared_half, hours_document(self._first, shifts))),
                first=self._first,
                special=self._special.days,
                published=self._special.published,
                timeline=self._timeline(shifts),
            )
        return self._calendars[shifts]

    def _timeline(self, shifts: ShiftPlan) -> Timeline:
        flags = self._working(shifts)
        days = array("i", compress(range(len(flags)), flags)) if flags not in self._days else ()
        working, shared = self._days.setdefault(flags, (flags, days))
        return Timeline(shifts, working, shared, _done(shifts, shared))

    def _working(self, shifts: ShiftPlan) -> bytes:
        """One byte a day, 1 where it is worked."""
        flags = bytearray()
        for start, end, plan in shifts.runs():
            flags += self._weekly(shifts.plans[plan].weekdays, start, end)
        for day, (_, works) in self._special.days.items():
            index = (day - self._first).days
            if 0 <= index < len(flags):
                flags[index] = works
        return bytes(flags)

    def _weekly(self, weekdays: frozenset[int], start: int, end: int) -> bytes:
        monday_first = self._first.weekday() + start
        week = bytes((monday_first + offset) % WEEK + 1 in weekdays for offset in range(WEEK))
        return (week * ((end - start) // WEEK + 1))[: end - start]


def calendar_from(document: dict[str, Any]) -> WorkingCalendar:
    """The calendar a document of `WorkingCalendar.document` was made from: the same version, the same answers.

    Raises ConfigMistake for a document of another shape.
    """
    edition = convert(document, Edition, "calendar edition")
    return Compiler(edition.first, edition.special_days()).calendar(edition.shift_plan())


def _done(shifts: ShiftPlan, days: Sequence[int]) -> Sequence[int]:
    """Working microseconds before each working day, and the total; a range where every day has as many."""
    worked = [sum(end - start for start, end in plan.shifts) for plan in shifts.plans]
    if len(set(worked)) == 1:
        return range(0, worked[0] * len(days) + 1, worked[0])
    done = array("q", [0])
    for start, end, plan in shifts.runs():
        count = bisect_left(days, end) - bisect_left(days, start)
        done.extend(range(done[-1] + worked[plan], done[-1] + worked[plan] * count + 1, worked[plan]))
    return done
