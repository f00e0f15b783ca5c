"""The relay: oldest first, nothing lost, nothing doubled, whoever runs beside it or dies meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jiesu.db import jobs
from jiesu.db.claims import MOST_OUT
from jiesu.db.jobs import Job, Priority, Promise
from workers.actor import BATCH
from workers.relay import CLAIM, Relay


class Outbox:
    """Where a relay hands its work: what Redis would hold."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[int]]] = []
        self.priorities: list[Priority] = []
        self.down = False

    async def __call__(self, priority: Priority, kind: str, ids: Sequence[int]) -> None:
        if self.down:
            raise ConnectionError("Redis is away")
        self.sent.append((kind, list(ids)))
        self.priorities.append(priority)

    @property
    def ids(self) -> list[int]:
        return [job_id for _, ids in self.sent for job_id in ids]


async def promise(kernel, number: int, *, minutes: float = -1, kind: str = "test") -> None:
    async with kernel.db.begin() as uow:
        at = uow.now + timedelta(minutes=minutes)
        await jobs.schedule_all(uow, [Promise(kind, at, f"{kind}:{minutes}:{n}", {}) for n in range(number)])


async def unsent(kernel) -> int:
    async with kernel.db.begin() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Job).where(Job.sent_at.is_(None))) or 0


async def until(true, *, within: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within):
        while not await true():  # noqa: ASYNC110  (the database is what is watched)
            await asyncio.sleep(0.02)


async def test_the_oldest_go_first_however_much_is_newer(kernel):
    """Peers' failure: under load the oldest starve."""
    await promise(kernel, CLAIM, minutes=-1)
    await promise(kernel, 3, minutes=-600, kind="old")
    outbox = Outbox()
    assert await Relay(kernel, outbox).relay_due() == CLAIM
    assert outbox.sent[0][0] == "old"


async def test_batches_are_of_one_kind_and_bounded(kernel):
    await promise(kernel, BATCH + 1)
    await promise(kernel, 2, kind="other")
    outbox = Outbox()
    assert await Relay(kernel, outbox).relay_due() == BATCH + 3
    assert Counter((kind, len(ids)) for kind, ids in outbox.sent) == {
        ("test", BATCH): 1,
        ("test", 1): 1,
        ("other", 2): 1,
    }


async def test_what_is_not_due_stays(kernel, clock):
    await promise(kernel, 1, minutes=10)
    outbox = Outbox()
    relay = Relay(kernel, outbox)
    assert await relay.relay_due() == 0
    clock.advance(timedelta(minutes=10))
    assert await relay.relay_due() == 1
    assert await relay.relay_due() == 0


async def test_when_redis_is_away_nothing_counts_as_sent(committed_kernel):
    await promise(committed_kernel, 5)
    outbox = Outbox()
    outbox.down = True
    with pytest.raises(ConnectionError):
        await Relay(committed_kernel, outbox).relay_due()
    assert await unsent(committed_kernel) == 5
    outbox.down = False
    assert await Relay(committed_kernel, outbox).relay_due() == 5


async def test_many_relays_hand_over_each_job_once(committed_kernel):
    await promise(committed_kernel, 1200)
    outbox = Outbox()
    relays = [Relay(committed_kernel, outbox) for _ in range(4)]
    while await unsent(committed_kernel):
        await asyncio.gather(*(relay.relay_due() for relay in relays))
    assert len(outbox.ids) == len(set(outbox.ids)) == 1200


async def test_what_was_lost_after_sending_is_sent_again_when_its_lease_is_over(committed_kernel, clock):
    await promise(committed_kernel, 2)
    outbox = Outbox()
    await Relay(committed_kernel, outbox).relay_due()
    lost = sorted(outbox.ids)
    clock.advance(timedelta(seconds=committed_kernel.settings.lease_seconds + 1))
    relay = Relay(committed_kernel, outbox)
    running = asyncio.create_task(relay.run())
    await until(lambda: _has(outbox, 4))
    relay.stop()
    await running
    assert sorted(outbox.ids) == sorted(lost * 2)


async def test_a_sleeping_relay_is_woken_by_the_commit(committed_kernel):
    outbox = Outbox()
    relay = Relay(committed_kernel, outbox)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.5)  # long enough to have gone to sleep for its nap of seconds
    await promise(committed_kernel, 1)
    await until(lambda: _has(outbox, 1), within=2)
    relay.stop()
    await running


async def test_a_relay_outlives_a_broken_connection(committed_kernel, where):
    outbox = Outbox()
    relay = Relay(committed_kernel, outbox)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.3)
    where.disconnect(committed_kernel.engine.url.database or "")
    await promise(committed_kernel, 1)
    await until(lambda: _has(outbox, 1))
    relay.stop()
    await running


async def _has(outbox: Outbox, number: int) -> bool:
    return len(outbox.ids) >= number
