"""Dated office shifts: which hours and which weekdays are worked from when to when."""

import re
from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct, field

from jiesu.kit.config import ConfigMistake, convert

__all__ = ["MINUTE", "DayPlan", "Layer", "Shift", "ShiftPlan", "first_gap", "lay", "read_layers"]

#: all arithmetic is in whole microseconds
MINUTE = 60_000_000

#: start and end within a day, in microseconds after midnight; the end is exclusive
Shift = tuple[int, int]


class DayPlan(NamedTuple):
    """The shifts of a working day in order, and the weekdays (Monday = 1) that are worked by rule."""

    shifts: tuple[Shift, ...]
    weekdays: frozenset[int]


class ShiftPlan(NamedTuple):
    """Equal whenever the same hours hold on the same days: plans are all different, all in use, in order of use."""

    plans: tuple[DayPlan, ...]
    #: for each day of the horizon the index of its plan
    plan_of: bytes

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Day indices [start, end) and the plan that holds between them, in order."""
        start, rest = 0, self.plan_of
        while rest:
            later = rest.lstrip(rest[:1])
            end = len(self.plan_of) - len(later)
            yield start, end, rest[0]
            start, rest = end, later


class Layer(NamedTuple):
    """One schedule, ready to be laid over those before it: its plan, and the day indices [start, end) it holds on."""

    plan: DayPlan
    spans: tuple[tuple[int, int], ...]


class Schedule(Struct, forbid_unknown_fields=True):
    first: date = field(name="from")
    shifts: list[str]
    last: date = field(name="until", default=date.max)
    season: tuple[str, str] = ("01-01", "12-31")
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)


class Hours(Struct, forbid_unknown_fields=True):
    #: so many that nobody writes more, so few that a byte numbers the network's and a unit's together
    schedule: Annotated[list[Schedule], Meta(max_length=100)]


def read_layers(raw: Mapping[str, Any], first: date, last: date, file: str | Path, key: str = "") -> tuple[Layer, ...]:
    """The schedules of a document `{schedule: [...]}` for the days from `first` to `last`; `key` is where it stands.

    Raises ConfigMistake.
    """
    layers = []
    for number, schedule in enumerate(convert(raw, Hours, file, key).schedule):
        place = f"{key}.schedule[{number}]".lstrip(".")
        plan = _day_plan(schedule, file, place)
        if schedule.last < schedule.first:
            raise ConfigMistake(file, f"{place}.until", schedule.last.isoformat(), "end on or after the first day.")
        layers.append(Layer(plan, tuple(_spans(schedule, first, last, file, f"{place}.season"))))
    return tuple(layers)


def lay(layers: Sequence[Layer], days: int) -> ShiftPlan:
    """The plan of each of so many days: the last layer that holds on it. Together they must cover every day."""
    top = bytearray(days)
    for number, layer in enumerate(layers):
        for start, end in layer.spans:
            top[start:end] = bytes([number]) * (end - start)
    used = dict.fromkeys(layers[number].plan for number in dict.fromkeys(top))
    index = {plan: number for number, plan in enumerate(used)}
    renamed = bytes(index.get(layer.plan, 0) for layer in layers).ljust(256, b"\0")
    return ShiftPlan(tuple(used), bytes(top.translate(renamed)))


def first_gap(layers: Sequence[Layer], days: int) -> int | None:
    """The first of so many days on which no layer holds."""
    covered = bytearray(days)
    for layer in layers:
        for start, end in layer.spans:
            covered[start:end] = b"\1" * (end - start)
    gap = covered.find(0)
    return None if gap < 0 else gap


def _day_plan(schedule: Schedule, file: str | Path, key: str) -> DayPlan:
    shifts = tuple(_shift(text, file, f"{key}.shifts") for text in schedule.shifts)
    ends = [moment for shift in shifts for moment in shift]
    if not shifts or any(later <= earlier for earlier, later in pairwise(ends)):
        raise ConfigMistake(
            file, f"{key}.shifts", schedule.shifts, "give at least one shift, in order, without overlap."
        )
    if not set(schedule.weekdays) <= set(range(1, 8)) or not schedule.weekdays:
        raise ConfigMistake(file, f"{key}.weekdays", schedule.weekdays, "use 1 (Monday) to 7 (Sunday), at least one.")
    return DayPlan(shifts, frozenset(schedule.weekdays))


def _shift(text: str, file: str | Path, key: str) -> Shift:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", text)
    if match is None:
        raise ConfigMistake(file, key, text, 'write a shift as "08:30-12:00"; the latest end is 24:00.')
    hour, minute, end_hour, end_minute = (int(part) for part in match.groups() if part is not None)
    return (hour * 60 + minute) * MINUTE, (end_hour * 60 + end_minute) * MINUTE


def _spans(schedule: Schedule, first: date, last: date, file: str | Path, key: str) -> Iterator[tuple[int, int]]:
    """Day indices [start, end) the schedule holds on, one span a year; a season may run over the New Year."""
    opens, closes = (_season_day(text, schedule.season, file, key) for text in schedule.season)
    turn = 1 if (closes.month, closes.day) < (opens.month, opens.day) else 0
    for year in range(first.year - 1, last.year + 1):
        start = max(_in_year(opens, year), schedule.first, first)
        end = min(_in_year(closes, year + turn), schedule.last, last)
        if start <= end:
            yield (start - first).days, (end - first).days + 1


def _season_day(text: str, season: tuple[str, str], file: str | Path, key: str) -> date:
    """The day in a leap year, so that "02-29" can be written."""
    try:
        return date.fromisoformat(f"2000-{text}")
    except ValueError as problem:
        raise ConfigMistake(file, key, season, 'write month and day, for example ["06-01", "08-31"].') from problem


def _in_year(day: date, year: int) -> date:
    """29 February is the last of February in every year."""
    leap = (day.month, day.day) == (2, 29) and not isleap(year)
    return date(year, 2, 28) if leap else day.replace(year=year)
