"""Spans in which no working time passes, and what they are called."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from jiesu.kit.calendar.shifts import Shift
from jiesu.kit.calendar.special import DayName

__all__ = ["Gap", "Skip", "joined", "office_gaps"]

LUNCH = DayName("午休", "lunch break")
CLOSED = DayName("下班", "after hours")

#: start, end, name and "is it a rest day" of a span, in ticks
Gap = tuple[int, int, DayName, bool]


class Skip(NamedTuple):
    """A span in which no working time passes; aware UTC, the end is exclusive."""

    start: datetime
    end: datetime
    name: str
    name_en: str
    #: True for rest days, False for lunch breaks and nights
    rest_days: bool


def office_gaps(start: int, end: int, shifts: tuple[Shift, ...]) -> Iterator[Gap]:
    """The spans outside the shifts of one working day, which lasts from `start` to `end`."""
    yield start, start + shifts[0][0], CLOSED, False
    for (_, closes), (opens, _) in pairwise(shifts):
        yield start + closes, start + opens, LUNCH, False
    yield start + shifts[-1][1], end, CLOSED, False


def joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Neighbours of one name made one span."""
    spans: list[Gap] = []
    for gap in gaps:
        if spans and spans[-1][1] == gap[0] and spans[-1][2] == gap[2]:
            gap = (spans.pop()[0], *gap[1:])
        spans.append(gap)
    return spans
