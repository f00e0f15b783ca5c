"""Dated office shifts: which hours and which weekdays are worked from when to when."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from jiesu.kit.config import ConfigMistake, convert, read_toml

__all__ = ["MINUTE", "DayPlan", "Shift", "ShiftPlan", "read_shifts"]

#: all arithmetic is in whole microseconds
MINUTE = 60_000_000

#: start and end within a day, in microseconds after midnight; the end is exclusive
Shift = tuple[int, int]


class DayPlan(NamedTuple):
    """The shifts of a working day in order, and the weekdays (Monday = 1) that are worked by rule."""

    shifts: tuple[Shift, ...]
    weekdays: frozenset[int]


class ShiftPlan(NamedTuple):
    plans: tuple[DayPlan, ...]
    #: for each day of the horizon the index of its plan
    plan_of: bytes


class Schedule(Struct, forbid_unknown_fields=True):
    first: date = field(name="from")
    shifts: list[str]
    last: date = field(name="until", default=date.max)
    season: tuple[str, str] = ("01-01", "12-31")
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


class Shifts(Struct, forbid_unknown_fields=True):
    schedule: list[Schedule]


def read_shifts(path: Path, first: date, last: date) -> ShiftPlan:
    """The plan of every day from `first` to `last`; the last schedule in the file that holds on a day wins.

    Raises ConfigMistake when a shift is malformed or a day is left without a schedule.
    """
    schedules = convert(read_toml(path), Shifts, path).schedule
    plans = tuple(_day_plan(schedule, path, f"schedule[{number}]") for number, schedule in enumerate(schedules))
    none = len(plans)
    plan_of = bytearray([none]) * ((last - first).days + 1)
    for number, schedule in enumerate(schedules):
        for start, end in _spans(schedule, first, last, path, f"schedule[{number}].season"):
            plan_of[start:end] = bytes([number]) * (end - start)
    if none in plan_of:
        gap = date.fromordinal(first.toordinal() + plan_of.index(none))
        raise ConfigMistake(path, "schedule", gap.isoformat(), f"no schedule holds on this day; start one at {first}.")
    return ShiftPlan(plans, bytes(plan_of))


def _day_plan(schedule: Schedule, path: Path, key: str) -> DayPlan:
    shifts = tuple(_shift(text, path, f"{key}.shifts") for text in schedule.shifts)
    ends = [moment for shift in shifts for moment in shift]
    if not shifts or any(later <= earlier for earlier, later in pairwise(ends)):
        raise ConfigMistake(
            path, f"{key}.shifts", schedule.shifts, "give at least one shift, in order, without overlap."
        )
    if not set(schedule.weekdays) <= set(range(1, 8)) or not schedule.weekdays:
        raise ConfigMistake(path, f"{key}.weekdays", schedule.weekdays, "use 1 (Monday) to 7 (Sunday), at least one.")
    return DayPlan(shifts, frozenset(schedule.weekdays))


def _shift(text: str, path: Path, key: str) -> Shift:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", text)
    if match is None:
        raise ConfigMistake(path, key, text, 'write a shift as "08:30-12:00"; the latest end is 24:00.')
    hour, minute, end_hour, end_minute = (int(part) for part in match.groups() if part is not None)
    return (hour * 60 + minute) * MINUTE, (end_hour * 60 + end_minute) * MINUTE


def _spans(schedule: Schedule, first: date, last: date, path: Path, key: str) -> list[tuple[int, int]]:
    """Day indices [start, end) the schedule holds on, one span a year; a season may run over the New Year."""
    try:
        opens, closes = (date.fromisoformat(f"2001-{text}") for text in schedule.season)
    except ValueError as problem:
        raise ConfigMistake(
            path, key, schedule.season, 'write month and day, for example ["06-01", "08-31"].'
        ) from problem
    turn = 1 if closes < opens else 0
    spans = []
    for year in range(first.year - 1, last.year + 1):
        start = max(date(year, opens.month, opens.day), schedule.first, first)
        end = min(date(year + turn, closes.month, closes.day), schedule.last, last)
        if start <= end:
            spans.append(((start - first).days, (end - first).days + 1))
    return spans
