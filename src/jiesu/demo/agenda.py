"""What is to happen when, in simulated time: a queue ordered by moment, then by who asked first."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime

__all__ = ["Agenda", "Do"]

Do = Callable[[], Awaitable[None]]


class Agenda:
    """Entries come out in the order of their moments; never depends on anything but what was put in."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Do]] = []
        self._count = 0

    def add(self, when: datetime, do: Do) -> None:
        """Put `do` down for an aware moment."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, do))

    def pop(self, until: datetime) -> tuple[datetime, Do] | None:
        """Take out the earliest entry due by `until`; None when there is none."""
        if not self._heap or self._heap[0][0] > until:
            return None
        when, _, do = heapq.heappop(self._heap)
        return when, do
