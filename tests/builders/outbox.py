"""Where a relay under test hands its work, and jobs for it to hand over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from jiesu.db import jobs
from jiesu.db.jobs import Job, Priority, Promise
from jiesu.kernel import Kernel
from jiesu.kit.clock import Clock
from workers.relay import Handed

__all__ = ["Outbox", "Steady", "promise", "unsent", "until"]


class Outbox:
    """What Redis would hold. While `down`, it takes nothing; `stumble` takes one message and fails all the same."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[int]]] = []
        self.priorities: list[Priority] = []
        self.down = False
        self.stumble = False

    async def __call__(self, messages: Sequence[Handed]) -> None:
        if self.down:
            raise ConnectionError("Redis is away")
        for message in messages:
            self.sent.append((message.kind, message.ids))
            self.priorities.append(message.priority)
            if self.stumble:
                self.stumble = False
                raise ConnectionError("the answer was lost")

    @property
    def ids(self) -> list[int]:
        return [job_id for _, ids in self.sent for job_id in ids]

    async def has(self, number: int) -> bool:
        return len(self.ids) >= number


class Steady:
    """A monotonic clock that goes with an injected one until `apart` sets that one alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self.apart = timedelta(0)

    def __call__(self) -> float:
        return (self._clock.now() - self._began - self.apart).total_seconds()


async def promise(
    kernel: Kernel, number: int, *, minutes: float = -1, kind: str = "test", priority: Priority = Priority.NORMAL
) -> None:
    """So many jobs due so many minutes from now."""
    async with kernel.db.begin() as uow:
        at = uow.now + timedelta(minutes=minutes)
        promises = [
            Promise(kind, at, f"{kind}:{priority}:{minutes}:{n}", {"n": n}, None, priority) for n in range(number)
        ]
        await jobs.schedule_all(uow, promises)


async def unsent(kernel: Kernel) -> int:
    """How many jobs the relay has not handed over."""
    async with kernel.db.begin() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Job).where(Job.sent_at.is_(None))) or 0


async def until(true: Callable[[], Awaitable[bool]], *, within: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within):
        while not await true():  # noqa: ASYNC110  (the database is what is watched)
            await asyncio.sleep(0.02)
