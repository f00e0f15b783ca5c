"""The relay: oldest first, nothing lost, nothing doubled, whoever runs beside it or dies meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jiesu.db import jobs
from jiesu.db.claims import MOST_OUT
from jiesu.db.jobs import SOON, Priority, Promise
from tests.builders.jobs import Jobs
from tests.builders.outbox import Outbox, promise, unsent, until
from workers.actor import BATCH, HANDLERS, handles, perform
from workers.relay import CLAIM, Relay


@pytest.fixture
def effects() -> Iterator[list[int]]:
    """What jobs of kind `test` did, by their number."""
    seen: list[int] = []

    @handles("test")
    async def work(_uow, _rules, payload) -> None:
        seen.append(payload["n"])

    yield seen
    del HANDLERS["test"]


async def test_the_oldest_go_first_however_much_is_newer(kernel):
    """Peers' failure: under load the oldest starve."""
    await promise(kernel, CLAIM, minutes=-1)
    await promise(kernel, 3, minutes=-600, kind="old")
    outbox = Outbox()
    assert await Relay(kernel, outbox).relay_due() == CLAIM
    assert outbox.sent[0][0] == "old"


async def test_newest_100_scanned_and_oldest_starve(kernel, clock):
    """Peers' failure: each round looks at the newest only. Here newer work pours in at every round."""
    await promise(kernel, 3, minutes=-600, kind="old")
    outbox = Outbox()
    relay = Relay(kernel, outbox)
    for turn in range(3):
        await promise(kernel, 100, minutes=-1 - turn, kind="new")
        await relay.relay_due()
        clock.advance(timedelta(seconds=1))
    assert [kind for kind, _ in outbox.sent] == ["old", "new", "new", "new"]


async def test_urgent_work_goes_before_all_that_is_older_and_less_urgent(kernel):
    for priority in reversed(Priority):
        await promise(kernel, 3, minutes=-100 * (1 + priority), priority=priority)
    outbox = Outbox()
    await Relay(kernel, outbox).relay_due()
    assert outbox.priorities == list(Priority)


async def test_within_a_priority_the_oldest_never_starve(kernel):
    await promise(kernel, CLAIM, minutes=-1, priority=Priority.BULK)
    await promise(kernel, 2, minutes=-600, kind="old", priority=Priority.BULK)
    outbox = Outbox()
    await Relay(kernel, outbox).relay_due()
    assert outbox.sent[0][0] == "old"


async def test_a_flood_of_bulk_delays_an_urgent_job_by_one_claim_at_most(kernel):
    await promise(kernel, 2 * CLAIM, priority=Priority.BULK)
    outbox = Outbox()
    relay = Relay(kernel, outbox)
    assert await relay.relay_due() == CLAIM
    await promise(kernel, 1, minutes=0, kind="alarm", priority=Priority.URGENT)
    await relay.relay_due()
    assert [kind for kind, _ in outbox.sent].index("alarm") == CLAIM // BATCH


async def test_a_flood_of_bulk_does_not_fill_redis_and_goes_on_as_it_is_done(kernel, effects):
    most = MOST_OUT[Priority.BULK]
    await promise(kernel, most + 10, priority=Priority.BULK)
    outbox = Outbox()
    relay = Relay(kernel, outbox)
    while await relay.relay_due():
        pass
    assert len(outbox.ids) == most
    await promise(kernel, 1, kind="alarm", priority=Priority.URGENT)
    await promise(kernel, 1, kind="letter")
    assert await relay.relay_due() == 2
    for kind, ids in outbox.sent[: most // BATCH]:
        await perform(kernel, kind, ids)
    assert await relay.relay_due() == 10


async def test_bulk_waits_for_what_is_ordinary_however_much_that_is(kernel):
    await promise(kernel, MOST_OUT[Priority.BULK])
    await promise(kernel, 1, minutes=-600, priority=Priority.BULK)
    outbox = Outbox()
    relay = Relay(kernel, outbox)
    while await relay.relay_due():
        pass
    assert set(outbox.priorities) == {Priority.NORMAL}


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


async def test_two_schedulers_fire_twice(committed_kernel, effects):
    """Peers' failure: whoever runs two schedulers gets everything twice. Here: two relays, one job, real commits."""
    await promise(committed_kernel, 1)
    outbox = Outbox()
    relays = [Relay(committed_kernel, outbox) for _ in range(2)]
    await asyncio.gather(*(relay.relay_due() for relay in relays for _ in range(5)))
    assert len(outbox.ids) == 1
    await asyncio.gather(*(perform(committed_kernel, "test", outbox.ids) for _ in range(2)))
    assert effects == [0]


async def test_restart_between_claim_and_send_loses_or_doubles(committed_kernel, effects):
    """Peers' failure. Here the relay dies when Redis has the message and the row does not say so yet."""
    await promise(committed_kernel, 3)
    outbox = Outbox()
    outbox.stumble = True
    with pytest.raises(ConnectionError):
        await Relay(committed_kernel, outbox).relay_due()
    assert await unsent(committed_kernel) == 3
    assert await Relay(committed_kernel, outbox).relay_due() == 3
    assert len(outbox.sent) == 2
    for kind, ids in outbox.sent:
        await perform(committed_kernel, kind, ids)
    assert effects == [0, 1, 2]
    assert await Jobs(committed_kernel).pending() == []


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
    await until(lambda: outbox.has(4))
    relay.stop()
    await running
    assert sorted(outbox.ids) == sorted(lost * 2)


async def test_a_sleeping_relay_is_woken_by_each_commit(committed_kernel):
    outbox = Outbox()
    relay = Relay(committed_kernel, outbox)
    running = asyncio.create_task(relay.run())
    for turn in range(1, 4):
        await asyncio.sleep(0.5)  # long enough to have gone to sleep for its nap of seconds
        await promise(committed_kernel, 1, minutes=-turn)
        await until(lambda wanted=turn: outbox.has(wanted), within=2)
    relay.stop()
    await running


async def test_what_is_promised_for_sooner_than_the_next_look_wakes_the_relay_too(kernel):
    """Or it would be late by the rest of the nap."""
    async with kernel.db.begin() as uow:
        await jobs.schedule(uow, Promise("test", uow.now + SOON, "soon", {}))
        assert uow.wake
    async with kernel.db.begin() as uow:
        await jobs.schedule(uow, Promise("test", uow.now + 2 * SOON, "later", {}))
        assert not uow.wake


async def test_a_relay_outlives_a_broken_connection(committed_kernel, where):
    outbox = Outbox()
    relay = Relay(committed_kernel, outbox)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0.3)
    where.disconnect(committed_kernel.engine.url.database or "")
    await promise(committed_kernel, 1)
    await until(lambda: outbox.has(1))
    relay.stop()
    await running


async def test_a_call_outside_has_a_longer_lease_because_nothing_shows_that_it_is_under_way(committed_kernel, clock):
    await promise(committed_kernel, 1)
    await promise(committed_kernel, 1, kind="message.send")
    outbox = Outbox()
    relay = Relay(committed_kernel, outbox)
    assert await relay.relay_due() == 2
    settings, sent = committed_kernel.settings, len(outbox.ids)
    for seconds, again in ((settings.lease_seconds + 1, 1), (settings.outside_lease_seconds, 2)):
        clock.advance(timedelta(seconds=seconds))
        fresh = Relay(committed_kernel, outbox)
        await fresh.watch_leases()
        assert await fresh.relay_due() == again
    assert len(outbox.ids) == sent + 3
