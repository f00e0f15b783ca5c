"""Compiling the calendar folder into one frozen WorkingCalendar."""

import hashlib
from array import array
from datetime import date
from itertools import accumulate
from pathlib import Path

from jiesu.kit.calendar.days import SpecialDays, read_special_days
from jiesu.kit.calendar.shifts import ShiftPlan, read_shifts
from jiesu.kit.calendar.timeline import Timeline
from jiesu.kit.calendar.working import WorkingCalendar

__all__ = ["load_calendar"]

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


def load_calendar(folder: Path) -> WorkingCalendar:
    """The calendar of 2000–2099 from `statutory.toml`, `shifts.toml` and any `YEAR.toml` in the folder.

    Holidays of 2004–2026 come from the `chinesecalendar` package; a newer one brings newer years.
    Raises ConfigMistake.
    """
    special = read_special_days(folder, range(FIRST.year, LAST.year + 1))
    shifts = read_shifts(folder / "shifts.toml", FIRST, LAST)
    working = _working_flags(special, shifts)
    days = array("i", (index for index, works in enumerate(working) if works))
    worked = [sum(end - start for start, end in plan.shifts) for plan in shifts.plans]
    done = array("q", accumulate((worked[shifts.plan_of[index]] for index in days), initial=0))
    return WorkingCalendar(
        version=_version(special, shifts),
        first=FIRST,
        special=special.days,
        published=special.published,
        timeline=Timeline(shifts, working, days, done),
    )


def _working_flags(special: SpecialDays, shifts: ShiftPlan) -> bytes:
    """One byte a day, 1 where it is worked."""
    monday_first = FIRST.weekday()
    rules = [[weekday + 1 in plan.weekdays for weekday in range(7)] for plan in shifts.plans]
    flags = bytearray(rules[plan][(index + monday_first) % 7] for index, plan in enumerate(shifts.plan_of))
    for day, (_, works) in special.days.items():
        if FIRST <= day <= LAST:
            flags[(day - FIRST).days] = works
    return bytes(flags)


def _version(special: SpecialDays, shifts: ShiftPlan) -> str:
    """Twelve hex digits of what the calendar says, not of how its files are written."""
    plans = [(plan.shifts, sorted(plan.weekdays)) for plan in shifts.plans]
    digest = hashlib.sha256(repr((sorted(special.days.items()), sorted(special.published), plans)).encode())
    digest.update(shifts.plan_of)
    return digest.hexdigest()[:12]
