"""Promises: claimed oldest first, passed over while another holds them, counted when they fail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from jiesu.db import claims, jobs
from jiesu.db.jobs import DeadLetter, Job, Promise


async def fill(uow, *minutes: int) -> list[int]:
    """Jobs due so many minutes from now; ids in that order."""
    promises = [Promise("test", uow.now + timedelta(minutes=m), f"k{n}", {"n": n}) for n, m in enumerate(minutes)]
    await jobs.schedule_all(uow, promises)
    rows = await uow.session.execute(select(Job.id, Job.key))
    return [key for _, key in sorted((int(row.key[1:]), row.id) for row in rows)]


async def test_the_longest_due_come_first_and_those_not_due_not_at_all(uow):
    ids = await fill(uow, -5, -60, 5, -1, 0)
    claimed = [job.id for job in await claims.claim_due(uow.session, uow.now, limit=10)]
    assert claimed == [ids[1], ids[0], ids[3], ids[4]]
    assert [job.id for job in await claims.claim_due(uow.session, uow.now, limit=2)] == [ids[1], ids[0]]


async def test_two_claims_at_once_never_hold_the_same_job(committed_kernel):
    async with committed_kernel.db.begin() as uow:
        await fill(uow, *[-1] * 30)
    async with committed_kernel.db.begin() as one, committed_kernel.db.begin() as two:
        first = {job.id for job in await claims.claim_due(one.session, one.now, limit=20)}
        second = {job.id for job in await claims.claim_due(two.session, two.now, limit=20)}
    assert (len(first), len(second), first & second) == (20, 10, set())


async def test_what_was_sent_is_not_claimed_again_until_its_lease_is_over(uow):
    [job] = await fill(uow, -1)
    await claims.mark_sent(uow.session, [job], uow.now)
    assert await claims.claim_due(uow.session, uow.now, limit=10) == []
    lease = timedelta(seconds=60)
    assert await claims.expire_leases(uow.session, uow.now + lease, lease) == 0
    assert await claims.expire_leases(uow.session, uow.now + lease + timedelta(seconds=1), lease) == 1
    assert [row.id for row in await claims.claim_due(uow.session, uow.now, limit=10)] == [job]


async def test_a_job_is_taken_by_one_alone(uow):
    ids = await fill(uow, -1, -2)
    assert [job.id for job in await jobs.take(uow.session, ids)] == [ids[1], ids[0]]
    assert await jobs.take(uow.session, ids) == []


async def test_the_next_due_is_the_soonest_not_sent(uow):
    assert await claims.next_due(uow.session) is None
    ids = await fill(uow, 7, 3)
    assert await claims.next_due(uow.session) == uow.now + timedelta(minutes=3)
    await claims.mark_sent(uow.session, [ids[1]], uow.now)
    assert await claims.next_due(uow.session) == uow.now + timedelta(minutes=7)


async def test_a_failed_job_is_due_later_and_in_the_end_buried_with_its_reason(uow):
    [job] = await fill(uow, -1)
    later = uow.now + timedelta(minutes=5)
    assert await jobs.postpone(uow.session, job, later) == 1
    assert await claims.next_due(uow.session) == later
    await jobs.bury(uow.session, job, "KeyError: 'x'" * 1000, uow.now)
    await uow.session.flush()
    [letter] = await uow.session.scalars(select(DeadLetter))
    assert (letter.key, letter.tries, len(letter.error)) == ("k0", 1, 2000)
    assert await jobs.postpone(uow.session, job, later) is None


async def test_a_promise_taken_back_is_gone(uow):
    await fill(uow, 1, 2)
    await jobs.cancel(uow, "k0", "unknown")
    assert list(await uow.session.scalars(select(Job.key))) == ["k1"]
