"""Noticing that the clock was set: then it disagrees with the one that nobody can set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from jiesu.kit.clock import Clock

__all__ = ["JumpWatch"]

#: Real seconds of disagreement that are no slewing any more.
JUMP = 1.0


class JumpWatch:
    """Compares a clock with the machine's monotonic one, from one look to the next."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._seen: tuple[datetime, float] | None = None

    def jumped(self, now: datetime) -> bool:
        """Whether the clock was set, either way, since the last look; the machine's sleep counts too."""
        before, self._seen = self._seen, (now, self._monotonic())
        if before is None:
            return False
        return abs(self._clock.real_seconds(now - before[0]) - (self._seen[1] - before[1])) > JUMP
