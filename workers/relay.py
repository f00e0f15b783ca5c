"""The relay: hands due jobs to Dramatiq, urgent and oldest first, and sleeps until the next is due or a commit wakes it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple

import structlog

from jiesu.db import claims
from jiesu.db.backlog import RELAY
from jiesu.db.claims import Due
from jiesu.db.hearing import hear
from jiesu.db.jobs import SOON, Priority
from jiesu.db.uow import WAKE_CHANNEL
from jiesu.kernel import Kernel
from jiesu.kit.clock import span_of
from workers import metrics
from workers.actor import batch_size, outside_kinds
from workers.jumps import JumpWatch

__all__ = ["CLAIM", "Handed", "Relay"]

log = structlog.get_logger(__name__)

#: Jobs claimed at a time: what a round may hold back the urgent job that falls due in its middle.
CLAIM = 500
#: Seconds from one round to the next: what falls due in between goes together, so that many wakings cost little.
BREATH = 0.1
#: How often leases are looked after in the length of one.
WATCHES = 4


class Handed(NamedTuple):
    """One message: jobs of one kind and priority."""

    priority: Priority
    kind: str
    ids: list[int]


Send = Callable[[Sequence[Handed]], Awaitable[None]]


class Relay:
    """One relay; any number may run at once. `send` hands messages to Redis, in their order.

    What was sent but not done within the lease (`lease_seconds`, real ones; for calls outside `outside_lease_seconds`) is
    sent again. A lease is reckoned on the
    injected clock; when that was set, all leases begin anew, so that nothing is sent again early and nothing is lost.
    """

    def __init__(self, kernel: Kernel, send: Send, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._kernel = kernel
        self._send = send
        self._monotonic = monotonic
        self._lease = span_of(kernel.clock, kernel.settings.lease_seconds)
        self._patience = span_of(kernel.clock, kernel.settings.outside_lease_seconds)
        self._watch = kernel.settings.lease_seconds / WATCHES
        self._nap = min(SOON.total_seconds(), self._watch)
        self._jumps = JumpWatch(kernel.clock, monotonic)
        self._watched = float("-inf")
        self._was_set = False
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`. A lost database or Redis is waited out."""
        woken = hear(self._kernel.engine.url, WAKE_CHANNEL, lambda _: self._wake.set(), name=RELAY)
        listener = asyncio.create_task(woken)
        try:
            while not self._stopping:
                try:
                    await self._round()
                except Exception as error:  # whatever is down comes back; the jobs are safe in their rows
                    log.warning("relay waits", error=f"{type(error).__name__}: {error}")
                    await asyncio.sleep(1.0)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    def stop(self) -> None:
        """Finish the round and return."""
        self._stopping = True
        self._wake.set()

    async def _round(self) -> None:
        self._wake.clear()
        await self.watch_leases()
        pause = await self._until_next()
        while pause <= 0 and await self.relay_due() == CLAIM:
            if self._stopping:
                return
        metrics.round_done()
        await asyncio.sleep(BREATH)
        await self._sleep(pause - BREATH)

    async def watch_leases(self) -> None:
        """Now and then, and whenever the clock was set: send again what was lost, and only that."""
        now = self._kernel.clock.now()
        self._was_set = self._jumps.jumped(now) or self._was_set
        if not self._was_set and self._monotonic() < self._watched + self._watch:
            return
        async with self._kernel.db.sessions.begin() as session:
            if self._was_set:
                log.warning("the clock was set", leases=await claims.restart_leases(session, now))
            await claims.restart_leases(session, now, after=now + self._lease)  # sent by a clock that was ahead
            if expired := await claims.expire_leases(
                session, now, self._lease, slow=outside_kinds(), patience=self._patience
            ):
                log.info("leases expired", jobs=expired)
        self._watched, self._was_set = self._monotonic(), False

    async def relay_due(self) -> int:
        """Hand over one batch of due jobs; returns how many. Sent twice is harmless, lost is impossible."""
        async with self._kernel.db.sessions.begin() as session:
            now = self._kernel.clock.now()
            due = await claims.claim_due(session, now, limit=CLAIM)
            if due:
                await self._send(list(_messages(due)))
                await claims.mark_sent(session, [job.id for job in due], now)
        return len(due)

    async def _until_next(self) -> float:
        """Real seconds until a job falls due, none when one is; no more than a nap."""
        async with self._kernel.db.sessions() as session:
            due = await claims.next_due(session)
        if due is None:
            return self._nap
        return min(self._nap, self._kernel.clock.real_seconds(due - self._kernel.clock.now()))

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.0, seconds))


def _messages(due: Sequence[Due]) -> Iterator[Handed]:
    """Batches of one priority and kind, in the order in which their first jobs were claimed."""
    groups: dict[tuple[Priority, str], list[int]] = defaultdict(list)
    for job in due:
        groups[job.priority, job.kind].append(job.id)
    for (priority, kind), ids in groups.items():
        size = batch_size(kind)
        for start in range(0, len(ids), size):
            yield Handed(priority, kind, ids[start : start + size])
