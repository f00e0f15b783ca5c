"""A clock that is set: nothing fires twice, nothing is lost, and what is out is neither sent again early nor forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jiesu.db.jobs import Job
from jiesu.escalation.models import Escalation
from tests.builders.outbox import Outbox, Steady, promise
from workers.actor import perform
from workers.jumps import JumpWatch
from workers.relay import Relay

HOUR = timedelta(hours=1)


@pytest.fixture
def steady(clock) -> Steady:
    return Steady(clock)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def relay(kernel, outbox, steady) -> Relay:
    return Relay(kernel, outbox, monotonic=steady)


async def look(relay) -> None:
    """What a round does before it sleeps."""
    await relay.watch_leases()
    await relay.relay_due()


def set_by(clock, steady, span) -> None:
    """Somebody sets the clock; no time passes."""
    clock.advance(span)
    steady.apart += span


async def work_through(kernel, outbox) -> None:
    for kind, ids in outbox.sent:
        await perform(kernel, kind, ids)


async def escalations(kernel) -> int:
    async with kernel.db.begin() as uow:
        return await uow.session.scalar(select(func.count()).select_from(Escalation)) or 0


@pytest.mark.parametrize("span", [-HOUR, HOUR], ids=["the clock moves back an hour", "the clock jumps (NTP)"])
async def test_what_was_sent_before_the_clock_was_set_is_not_sent_again_early(
    kernel, clock, steady, relay, outbox, span
):
    await promise(kernel, 2)
    await look(relay)
    set_by(clock, steady, span)
    await look(relay)
    assert len(outbox.ids) == 2


@pytest.mark.parametrize("span", [-HOUR, HOUR], ids=["the clock moves back an hour", "the clock jumps (NTP)"])
async def test_what_was_lost_before_the_clock_was_set_is_sent_again_one_lease_after_it(
    kernel, clock, steady, relay, outbox, span
):
    await promise(kernel, 2, minutes=-600)
    await look(relay)
    set_by(clock, steady, span)
    await look(relay)
    clock.advance(timedelta(seconds=kernel.settings.lease_seconds - 1))
    await look(relay)
    assert len(outbox.ids) == 2
    clock.advance(timedelta(seconds=kernel.settings.lease_seconds / 2))
    await look(relay)
    assert sorted(outbox.ids[:2]) == sorted(outbox.ids[2:])


async def test_a_relay_that_never_saw_the_clock_go_back_still_lets_leases_end(kernel, clock, steady, relay, outbox):
    await promise(kernel, 2, minutes=-120)
    await look(relay)
    set_by(clock, steady, -HOUR)
    fresh = Relay(kernel, outbox, monotonic=steady)
    await look(fresh)
    assert len(outbox.ids) == 2
    clock.advance(timedelta(seconds=kernel.settings.lease_seconds + 1))
    await look(fresh)
    assert len(outbox.ids) == 4


@pytest.mark.parametrize("span", [-HOUR, HOUR], ids=["the clock moves back an hour", "the clock jumps (NTP)"])
async def test_no_rung_fires_twice_when_the_clock_is_set(kernel, make, clock, steady, relay, outbox, span):
    await make.ticket("dispatched", service_class="P1")
    clock.advance(timedelta(minutes=31))
    await look(relay)
    await work_through(kernel, outbox)
    fired = await escalations(kernel)
    assert fired > 0
    set_by(clock, steady, span)
    await look(relay)
    await work_through(kernel, outbox)
    after = await escalations(kernel)
    assert after == fired if span < timedelta(0) else after > fired
    async with kernel.db.begin() as uow:
        steps = (await uow.session.execute(select(Escalation.deadline_id, Escalation.rung))).all()
    assert len(steps) == len(set(steps))


async def test_no_rung_is_lost_when_the_clock_goes_back_just_before_it(kernel, make, clock, steady, relay, outbox):
    made = await make.ticket("dispatched", service_class="P1")
    async with kernel.db.begin() as uow:
        first = await uow.session.scalar(
            select(func.min(Job.run_at)).where(Job.ticket_id == made.id, Job.run_at > clock.now())
        )
    clock.set(first)
    set_by(clock, steady, -HOUR)
    await look(relay)
    await work_through(kernel, outbox)
    assert await escalations(kernel) == 0
    clock.advance(HOUR)
    await look(relay)
    await work_through(kernel, outbox)
    assert await escalations(kernel) > 0


def test_time_that_passes_is_no_jump_and_time_that_is_set_is_one(clock, steady):
    watch = JumpWatch(clock, steady)
    assert not watch.jumped(clock.now())
    clock.advance(timedelta(days=1))
    assert not watch.jumped(clock.now())
    for span in (-HOUR, HOUR, timedelta(seconds=2)):
        set_by(clock, steady, span)
        assert watch.jumped(clock.now())
        assert not watch.jumped(clock.now())
    set_by(clock, steady, timedelta(milliseconds=500))
    assert not watch.jumped(clock.now()), "slewing is no jump"
