"""When somebody who cannot be reached counts as tried (先行联系): so many calls, so far apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

__all__ = ["Tries"]


class Tries(Struct, frozen=True):
    """Policy: `needed` calls without an answer count as a first contact, each at least `apart` after the last that counted."""

    needed: int
    apart: timedelta = timedelta()

    def counting(self, calls: Iterable[datetime]) -> list[datetime]:
        """Those of the calls, in the order they were made, that count. A call too soon after one that counts is as if not made."""
        counted: list[datetime] = []
        for call in calls:
            if not counted or call - counted[-1] >= self.apart:
                counted.append(call)
        return counted
