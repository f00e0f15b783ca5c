"""A deliberately naive reference: every minute of 2004–2027 in a row, worked or not, by plain rules of its own."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

import chinese_calendar

from jiesu.kit.clock import SHANGHAI

__all__ = ["PLANS", "DayPlan", "MinuteWalk", "OffTheTable", "office_and_seasons"]

FIRST, LAST = date(2004, 1, 1), date(2027, 12, 31)
DAY = 1440
#: month and day of what the law names in the year that is not published
LAW_2027 = {(1, 1), (2, 5), (2, 6), (2, 7), (2, 8), (4, 5), (5, 1), (5, 2), (6, 9), (9, 15), (10, 1), (10, 2), (10, 3)}


class DayPlan(NamedTuple):
    """Shifts of a day in minutes after midnight, and the weekdays (Monday = 1) worked by rule."""

    shifts: tuple[tuple[int, int], ...]
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


class OffTheTable(Exception):
    """The walk came to the end of 2027."""


OFFICE = DayPlan(((510, 720), (870, 1050)))
SUMMER = DayPlan(((480, 720), (900, 1080)))
WINTER = DayPlan(((540, 720), (810, 1020)))
FOUR_SHIFTS = DayPlan(((420, 600), (660, 840), (930, 1080), (1320, 1440)), (1, 2, 3, 4, 5, 6))


def office_and_seasons(day: date) -> DayPlan:
    """What a unit did: summer and, from 2015, winter hours; in 2020 four shifts on six days a week."""
    if date(2020, 3, 2) <= day <= date(2020, 12, 31):
        return FOUR_SHIFTS
    if day.month in (6, 7, 8):
        return SUMMER
    cold = day.month in (12, 1, 2) or (day.month == 11 and day.day >= 15)
    return WINTER if cold and day >= date(2015, 1, 1) else OFFICE


PLANS: dict[str, Callable[[date], DayPlan]] = {
    "office": lambda day: OFFICE,
    "round the clock": lambda day: DayPlan(((0, 1440),), (1, 2, 3, 4, 5, 6, 7)),
    "one day a week": lambda day: DayPlan(((540, 660),), (3,)),
    "seasons": office_and_seasons,
}


def is_worked(day: date, weekdays: tuple[int, ...]) -> bool:
    if day.year == 2027:
        return day.isoweekday() in weekdays and (day.month, day.day) not in LAW_2027
    if day in chinese_calendar.workdays:
        return True
    return day not in chinese_calendar.holidays and day.isoweekday() in weekdays


class MinuteWalk:
    """Minutes are counted from the first of 2004 in Shanghai; no sums, no bisection, only going on to the next one."""

    def __init__(self, plan: Callable[[date], DayPlan]) -> None:
        days = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
        plans = [plan(day) for day in days]
        self.worked = [is_worked(day, hours.weekdays) for day, hours in zip(days, plans, strict=True)]
        self.closes = [hours.shifts[-1][1] for hours in plans]
        self.minutes = b"".join(map(self._day, plans, self.worked))

    @staticmethod
    def _day(plan: DayPlan, worked: bool) -> bytes:
        minutes = bytearray(DAY)
        for start, end in plan.shifts if worked else ():
            minutes[start:end] = b"\1" * (end - start)
        return bytes(minutes)

    def moment(self, minute: int) -> datetime:
        return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SHANGHAI) + timedelta(minutes=minute)

    def due(self, amount: int, unit: str, start: int) -> int:
        """The minute at which a limit ends. Raises OffTheTable."""
        walks = {"working_hours": self._hours, "working_days": self._days, "natural_days": self._roll}
        end = walks[unit](amount, start) if unit in walks else start + amount * (60 if unit == "hours" else 1)
        if end > len(self.minutes):
            raise OffTheTable
        return end

    def _hours(self, amount: int, minute: int) -> int:
        for _ in range(amount * 60):
            minute = self.minutes.find(1, minute) + 1
            if not minute:
                raise OffTheTable
        return minute

    def _days(self, amount: int, minute: int) -> int:
        day = minute // DAY
        while amount:
            day = self._next(day)
            amount -= self.worked[day]
        return day * DAY + self.closes[day]

    def _roll(self, amount: int, minute: int) -> int:
        day = minute // DAY + amount - 1
        while not self.worked[day := self._next(day)]:
            pass
        return day * DAY + self.closes[day]

    def _next(self, day: int) -> int:
        if day + 1 >= len(self.worked):
            raise OffTheTable
        return day + 1
