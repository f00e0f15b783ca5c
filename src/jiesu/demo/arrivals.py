"""When people complain: by hour and weekday, less on rest days, hardly at all over the lunar New Year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI

__all__ = ["arrivals", "day_weight"]

#: Relative weight of each hour of the day, midnight first: a tall morning, a lower afternoon.
HOURS = (1, 0.5, 0.4, 0.4, 0.5, 1, 2, 6, 20, 30, 27, 18, 7, 8, 21, 23, 19, 13, 8, 7, 6, 5, 3, 2)
#: Monday to Friday: what waited over the weekend comes on Monday.
WEEKDAYS = (1.3, 1.1, 1.0, 1.0, 0.9)
REST, NEW_YEAR = 0.3, 0.1
HOUR = timedelta(hours=1)


def arrivals(random: Random, calendar: WorkingCalendar, start: datetime, end: datetime, count: int) -> list[datetime]:
    """`count` aware UTC moments between `start` and `end`, in order."""
    slots = list(_hours(start, end))
    weights = list(accumulate(_weight(calendar, slot) for slot in slots))
    chosen = random.choices(slots, cum_weights=weights, k=count)
    return sorted(min(max(slot + random.random() * HOUR, start), end) for slot in chosen)


def day_weight(calendar: WorkingCalendar, day: date) -> float:
    """How busy a day is beside an ordinary Wednesday."""
    if calendar.is_working_day(day):
        return WEEKDAYS[min(day.weekday(), 4)]
    return NEW_YEAR if calendar.day_name(day) == "春节" else REST


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    slot = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while slot < end:
        yield slot
        slot += HOUR


def _weight(calendar: WorkingCalendar, slot: datetime) -> float:
    local = slot.astimezone(SHANGHAI)
    return HOURS[local.hour] * day_weight(calendar, local.date())
