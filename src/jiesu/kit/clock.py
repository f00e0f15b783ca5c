"""What time it is: one clock that is passed in everywhere, so that tests and simulations can set it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "Clock", "ManualClock", "SystemClock", "aware_utc"]

#: Every deadline is reckoned on this wall clock; everything is stored in UTC.
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told to move; it may also be set back."""

    def __init__(self, now: datetime) -> None:
        self._now = aware_utc(now)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = aware_utc(moment)

    def advance(self, delta: timedelta) -> None:
        self._now += delta


def aware_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a moment without a zone: guessing one would move deadlines."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give one, for example +08:00.")
    return moment.astimezone(UTC)
