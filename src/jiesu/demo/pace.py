"""How fast people work: delays in office hours or on duty, some units slower than others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from random import Random

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI

__all__ = ["Pace", "in_office", "on_duty", "pace_of", "spread"]

#: A duty officer calls people between these hours, on any day.
DUTY = (time(8), time(20, 30))


@dataclass(frozen=True)
class Pace:
    """A unit's habits: how likely it keeps no deadline, stretches its delays, and leaves people content."""

    late: float
    stretch: float
    content: float


@lru_cache(maxsize=4096)
def pace_of(seed: int, unit: str) -> Pace:
    """The habits of a unit, fixed for a seed: about one in eight is slow, one in five quick and liked."""
    random = Random(f"{seed}:unit:{unit}")  # noqa: S311 - a play, no secret
    lot = random.random()
    if lot < 0.12:
        return Pace(late=0.22, stretch=1.5, content=0.72)
    if lot > 0.8:
        return Pace(late=0.01, stretch=0.7, content=0.96)
    return Pace(late=0.03, stretch=1.0, content=random.uniform(0.84, 0.94))


def spread(random: Random, middle: float) -> timedelta:
    """A delay around so many minutes: often less, now and then several times as long."""
    return timedelta(minutes=max(1.0, min(random.lognormvariate(0, 0.6), 5) * middle))


def in_office(calendar: WorkingCalendar, start: datetime, delay: timedelta) -> datetime:
    """The moment when so much office time has passed."""
    return calendar.next_office_time(calendar.add_working_time(start, delay))


def on_duty(start: datetime, delay: timedelta) -> datetime:
    """So much later, any day, but by daylight: what falls into the night waits for the morning."""
    local = (start + delay).astimezone(SHANGHAI)
    if DUTY[0] <= local.time() <= DUTY[1]:
        return local.astimezone(UTC)
    day = local.date() + timedelta(days=1 if local.time() > DUTY[1] else 0)
    opening = datetime.combine(day, DUTY[0], SHANGHAI)
    return (opening + delay % timedelta(hours=2)).astimezone(UTC)
