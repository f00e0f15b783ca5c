"""The relay: hands due jobs to Dramatiq, oldest first, and sleeps until the next is due or a commit wakes it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import psycopg
import structlog

from jiesu.db import jobs
from jiesu.db.uow import WAKE_CHANNEL
from jiesu.kernel import Kernel

__all__ = ["Relay"]

log = structlog.get_logger(__name__)

#: Jobs claimed at a time, and handed over in one message.
CLAIM, BATCH = 500, 50
#: The longest sleep: a lost notification costs no more than this, in seconds.
NAP = 5.0

Send = Callable[[str, Sequence[int]], Awaitable[None]]


class Relay:
    """One relay; any number may run at once. `send` hands (kind, ids) to Redis.

    What was sent but not done within the lease (`lease_seconds`) is sent again.
    """

    def __init__(self, kernel: Kernel, send: Send) -> None:
        self._kernel = kernel
        self._send = send
        self._lease = timedelta(seconds=kernel.settings.lease_seconds)
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`. A lost database or Redis is waited out."""
        listener = asyncio.create_task(self._listen())
        try:
            while not self._stopping:
                try:
                    await self._round()
                except Exception as error:  # whatever is down comes back; the jobs are safe in their rows
                    log.warning("relay waits", error=f"{type(error).__name__}: {error}")
                    await self._sleep(1.0)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    def stop(self) -> None:
        """Finish the round and return."""
        self._stopping = True
        self._wake.set()

    async def _round(self) -> None:
        self._wake.clear()
        async with self._kernel.db.sessions.begin() as session:
            now = self._kernel.clock.now()
            if expired := await jobs.expire_leases(session, now, self._lease):
                log.info("leases expired", jobs=expired)
        while await self.relay_due() == CLAIM:
            if self._stopping:
                return
        await self._sleep(await self._until_next())

    async def relay_due(self) -> int:
        """Hand over one batch of due jobs; returns how many. Sent twice is harmless, lost is impossible."""
        async with self._kernel.db.sessions.begin() as session:
            now = self._kernel.clock.now()
            due = await jobs.claim_due(session, now, limit=CLAIM)
            kinds: dict[str, list[int]] = defaultdict(list)
            for job in due:
                kinds[job.kind].append(job.id)
            for kind, ids in kinds.items():
                for start in range(0, len(ids), BATCH):
                    await self._send(kind, ids[start : start + BATCH])
            if due:
                await jobs.mark_sent(session, [job.id for job in due], now)
        return len(due)

    async def _until_next(self) -> float:
        async with self._kernel.db.sessions() as session:
            due = await jobs.next_due(session)
        nap = min(NAP, self._lease.total_seconds())
        if due is None:
            return nap
        return min(nap, max(0.0, (due - self._kernel.clock.now()).total_seconds()))

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _listen(self) -> None:
        """Wake on every notification; reconnect for ever."""
        url = self._kernel.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stopping:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {WAKE_CHANNEL}")
                    self._wake.set()
                    async for _ in connection.notifies():
                        self._wake.set()
            except psycopg.Error as error:
                log.warning("relay does not hear notifications", error=str(error).strip())
                await asyncio.sleep(1.0)
