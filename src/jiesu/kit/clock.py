"""What time it is: one clock that is passed in everywhere, so that tests and simulations can set it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "Clock", "FastClock", "ManualClock", "SystemClock", "aware_utc", "span_of"]

#: Every deadline is reckoned on this wall clock; everything is stored in UTC.
SHANGHAI = ZoneInfo("Asia/Shanghai")
_FAST = re.compile(r"(?P<start>\S+)@(?P<origin>\d+(\.\d+)?)\*(?P<speed>\d+(\.\d+)?)")


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime: ...

    def real_seconds(self, span: timedelta) -> float:
        """How long one must really wait until the clock has moved on by `span`."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


class ManualClock:
    """A clock that stands still until it is told to move; it may also be set back."""

    def __init__(self, now: datetime) -> None:
        self._now = aware_utc(now)

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()

    def set(self, moment: datetime) -> None:
        self._now = aware_utc(moment)

    def advance(self, delta: timedelta) -> None:
        self._now += delta


class FastClock:
    """A clock that showed `start` at the Unix time `origin` and runs `speed` times as fast as the machine's.

    All processes that are given the same three agree on the time.
    """

    def __init__(
        self, start: datetime, origin: float, speed: float, *, unix_time: Callable[[], float] = time.time
    ) -> None:
        if speed <= 0:
            raise ValueError("A clock must run forwards: give a speed above 0.")
        self._start, self._origin, self._speed = aware_utc(start), origin, speed
        self._unix_time = unix_time

    @classmethod
    def parse(cls, text: str) -> FastClock:
        """From `2026-11-02T08:00:00+08:00@1793577600*180`: start, origin, speed. Raises ValueError."""
        parts = _FAST.fullmatch(text)
        if parts is None:
            raise ValueError("write it like 2026-11-02T08:00:00+08:00@1793577600*180: start, Unix time of it, speed")
        clock = cls(datetime.fromisoformat(parts["start"]), float(parts["origin"]), float(parts["speed"]))
        try:
            clock.now()
        except OverflowError as error:
            raise ValueError("its origin is so long ago that the calendar ends before today") from error
        return clock

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(self._unix_time() - self._origin) * self._speed)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self._speed


def span_of(clock: Clock, seconds: float) -> timedelta:
    """By how much the clock moves on in so many real seconds."""
    return timedelta(seconds=seconds / clock.real_seconds(timedelta(seconds=1)))


def aware_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a moment without a zone: guessing one would move deadlines."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give one, for example +08:00.")
    return moment.astimezone(UTC)
