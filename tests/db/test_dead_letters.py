"""What was given up: listed by key, sent again as it was, dropped with a trace, and each of it once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import LogCapture

from jiesu.db import dead_letters, jobs
from jiesu.db.dead_letters import DeadLetterGone
from jiesu.db.jobs import DeadLetter, Job, Priority, Promise
from jiesu.kit.paging import BadCursor


async def bury(kernel, number: int = 1) -> list[int]:
    """So many dead letters of emergencies; their ids, the oldest first."""
    async with kernel.db.begin() as uow:
        for n in range(number):
            await jobs.schedule(uow, Promise("test", uow.now, f"k{n}", {"n": n}, None, Priority.URGENT))
        for job in await uow.session.scalars(select(Job).where(Job.kind == "test").order_by(Job.id)):
            await jobs.bury(uow.session, job.id, "KeyError: 'x'", uow.now)
    async with kernel.db.begin() as uow:
        return list(await uow.session.scalars(select(DeadLetter.id).order_by(DeadLetter.id)))


async def test_a_letter_sent_again_is_a_job_like_the_first_due_now_with_all_its_tries(kernel, clock):
    [letter] = await bury(kernel)
    clock.advance(timedelta(hours=3))
    async with kernel.db.begin() as uow:
        await dead_letters.retry(uow, letter)
        assert uow.wake
    async with kernel.db.begin() as uow:
        [job] = await uow.session.scalars(select(Job).where(Job.kind == "test"))
        assert (job.key, job.payload, job.priority, job.tries) == ("k0", {"n": 0}, Priority.URGENT, 0)
        assert (job.run_at, job.sent_at) == (clock.now(), None)
        assert await dead_letters.every_dead(uow) == []


async def test_a_letter_whose_key_was_promised_again_gives_way_to_that_promise(kernel, clock):
    [letter] = await bury(kernel)
    later = clock.now() + timedelta(days=1)
    async with kernel.db.begin() as uow:
        await jobs.schedule(uow, Promise("test", later, "k0", {"n": 7}))
        await dead_letters.retry(uow, letter)
    async with kernel.db.begin() as uow:
        [job] = await uow.session.scalars(select(Job).where(Job.kind == "test"))
        assert (job.run_at, job.payload) == (later, {"n": 7})
        assert await dead_letters.every_dead(uow) == []


async def test_two_who_send_the_same_letter_again_at_once_send_it_once(committed_kernel):
    [letter] = await bury(committed_kernel)

    async def again() -> str:
        try:
            async with committed_kernel.db.begin() as uow:
                await dead_letters.retry(uow, letter)
        except DeadLetterGone:
            return "gone"
        return "sent"

    assert sorted(await asyncio.gather(*(again() for _ in range(4)))) == ["gone", "gone", "gone", "sent"]
    async with committed_kernel.db.begin() as uow:
        assert len((await uow.session.scalars(select(Job).where(Job.kind == "test"))).all()) == 1


async def test_all_are_sent_again_with_one_word(kernel):
    await bury(kernel, 3)
    async with kernel.db.begin() as uow:
        assert await dead_letters.retry_all(uow) == 3
        assert await dead_letters.retry_all(uow) == 0


@pytest.fixture
def lines() -> Iterator[list]:
    """What is logged from now on, at whatever level another test has left the log."""
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    yield capture.entries
    structlog.configure(**before)


async def test_a_dropped_letter_leaves_a_line_in_the_log_and_nothing_else(kernel, lines):
    [letter] = await bury(kernel)
    async with kernel.db.begin() as uow:
        await dead_letters.discard(uow, letter, by="administrator-city")
    [line] = lines
    assert (line["event"], line["key"], line["by"]) == ("dead letter dropped", "k0", "administrator-city")
    async with kernel.db.begin() as uow:
        assert await dead_letters.every_dead(uow) == []
        with pytest.raises(DeadLetterGone):
            await dead_letters.discard(uow, letter, by="administrator-city")


async def test_the_list_goes_on_where_it_stopped_newest_first(kernel):
    ids = await bury(kernel, 5)
    async with kernel.db.begin() as uow:
        first = await dead_letters.list_dead(uow, size=2)
        second = await dead_letters.list_dead(uow, size=2, cursor=first.next_cursor or "")
        third = await dead_letters.list_dead(uow, size=2, cursor=second.next_cursor or "")
        shown = [letter.id for page in (first, second, third) for letter in page.letters]
        assert (shown, third.next_cursor) == (ids[::-1], None)
        with pytest.raises(BadCursor):
            await dead_letters.list_dead(uow, cursor="nonsense")
