"""Actors: done exactly once, a bad job never holds up the good ones, and what is given up is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import AsyncMock

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from jiesu.db import jobs
from jiesu.db.jobs import Priority, Promise
from jiesu.errors import Conflict
from jiesu.notifications.models import Notice
from jiesu.notifications.tell import tell_post
from tests.builders.forms import CITY
from tests.builders.jobs import Jobs
from tests.builders.make import Make
from workers import actor
from workers.actor import BATCH, HANDLERS, MOST_TRIES, Handler, batch_size, handles, handles_together, perform


class NotAllowed(Conflict):
    en = zh = "The rules forbid it."


@pytest.fixture(autouse=True)
def handler(make_ticket) -> Iterator[list[int]]:
    """Jobs of kind `test`: each tells a post, unless its payload says how it fails. Yields what was begun."""
    begun: list[int] = []

    @handles("test")
    async def work(uow, _rules, payload) -> None:
        begun.append(payload["n"])
        await tell_post(uow, key=f"test:{payload['n']}", unit=CITY, ticket_id=payload["ticket"], kind="warning")
        if payload.get("fails") == "fault":
            raise KeyError("poison")
        if payload.get("fails") == "rule":
            raise NotAllowed

    yield begun
    HANDLERS.pop("test", None)


@pytest.fixture
def make_ticket():
    """A filed ticket to hang notices on."""

    async def make(kernel) -> int:
        return (await Make(kernel).filed()).id

    return make


async def fill(kernel, ticket: int, number: int, **fails: str) -> list[int]:
    """Jobs 0 … number-1; `n2="fault"` makes the third fail."""
    async with kernel.db.begin() as uow:
        promises = [
            Promise("test", uow.now, f"test:{n}", {"n": n, "ticket": ticket, "fails": fails.get(f"n{n}")}, ticket)
            for n in range(number)
        ]
        await jobs.schedule_all(uow, promises)
    return [job.id for job in await Jobs(kernel).pending(kind="test")]


async def told(kernel) -> int:
    async with kernel.db.begin() as uow:
        query = select(func.count()).select_from(Notice).where(Notice.key.like("test:%"))
        return await uow.session.scalar(query) or 0


async def test_a_batch_is_done_and_its_rows_are_gone(kernel, make_ticket, handler):
    ids = await fill(kernel, await make_ticket(kernel), 5)
    await perform(kernel, "test", ids)
    assert (handler, await told(kernel)) == ([0, 1, 2, 3, 4], 5)
    assert await Jobs(kernel).pending(kind="test") == []


async def test_a_job_sent_twice_is_done_once(kernel, make_ticket, handler):
    ids = await fill(kernel, await make_ticket(kernel), 2)
    for _ in range(3):
        await perform(kernel, "test", ids)
    assert handler == [0, 1]


async def test_workers_with_the_same_batch_at_once_do_each_job_once(committed_kernel, make_ticket, handler):
    ids = await fill(committed_kernel, await make_ticket(committed_kernel), 10)
    await asyncio.gather(*(perform(committed_kernel, "test", ids) for _ in range(4)))
    assert sorted(handler) == list(range(10))
    assert await told(committed_kernel) == 10


async def test_a_poison_job_is_postponed_and_the_rest_of_its_batch_is_done(kernel, make_ticket, clock):
    ids = await fill(kernel, await make_ticket(kernel), 5, n2="fault")
    await perform(kernel, "test", ids)
    assert await told(kernel) == 4
    [poison] = await Jobs(kernel).pending(kind="test")
    assert (poison.payload["n"], poison.tries, poison.sent_at) == (2, 1, None)
    assert poison.run_at == clock.now() + actor.FIRST_WAIT


async def test_a_poison_job_waits_longer_each_time_and_is_buried_in_the_end(kernel, make_ticket, clock):
    [job_id] = await fill(kernel, await make_ticket(kernel), 1, n0="fault")
    waits = []
    for _ in range(MOST_TRIES - 1):
        await perform(kernel, "test", [job_id])
        [job] = await Jobs(kernel).pending(kind="test")
        waits.append(job.run_at - clock.now())
        clock.set(job.run_at)
    assert waits == sorted(waits)
    assert waits[-1] <= actor.LONGEST_WAIT
    await perform(kernel, "test", [job_id])
    assert await Jobs(kernel).pending(kind="test") == []
    [letter] = await Jobs(kernel).dead()
    assert (letter.key, letter.tries) == ("test:0", MOST_TRIES)
    assert "poison" in letter.error


async def test_what_the_rules_forbid_is_not_tried_again(kernel, make_ticket):
    ids = await fill(kernel, await make_ticket(kernel), 3, n1="rule")
    await perform(kernel, "test", ids)
    assert await told(kernel) == 2
    [letter] = await Jobs(kernel).dead()
    assert letter.error.startswith("NotAllowed")


async def test_a_failing_job_leaves_nothing_of_what_it_began(kernel, make_ticket):
    await perform(kernel, "test", await fill(kernel, await make_ticket(kernel), 1, n0="fault"))
    assert await told(kernel) == 0


def test_every_kind_of_job_has_a_handler():
    kinds = {"sla.rung", "message.send", "survey.remind", "survey.expire"}
    assert kinds <= set(HANDLERS)


def test_a_call_outside_goes_by_itself_and_all_else_in_batches():
    assert (batch_size("message.send"), batch_size("test")) == (1, BATCH)


async def test_a_reminder_and_the_end_of_a_survey_may_wait(make, jobs):
    made = await make.ticket("awaiting_survey")
    waiting = {job.kind: job.priority for job in await jobs.pending(made.id)}
    assert waiting["survey.remind"] == waiting["survey.expire"] == Priority.BULK


@pytest.fixture
def together() -> Iterator[list[list[int]]]:
    """Jobs of kind `test` done as whole batches: each tells a post about all it was given. Yields the batches begun."""
    begun: list[list[int]] = []

    @handles_together("test")
    async def work(uow, _rules, payloads) -> None:
        begun.append([payload["n"] for payload in payloads])
        for payload in payloads:
            await tell_post(uow, key=f"test:{payload['n']}", unit=CITY, ticket_id=payload["ticket"], kind="warning")
        if any(payload.get("fails") for payload in payloads):
            raise KeyError("poison")

    yield begun
    HANDLERS.pop("test", None)


async def test_a_whole_batch_is_handed_over_at_once_the_longest_due_first(kernel, make_ticket, together):
    ids = await fill(kernel, await make_ticket(kernel), 5)
    await perform(kernel, "test", ids[::-1])
    assert (together, await told(kernel)) == ([[0, 1, 2, 3, 4]], 5)
    await perform(kernel, "test", ids)
    assert len(together) == 1


async def test_a_whole_batch_that_fails_is_split_and_the_good_ones_are_done(kernel, make_ticket, together):
    ids = await fill(kernel, await make_ticket(kernel), 4, n2="fault")
    await perform(kernel, "test", ids)
    assert together == [[0, 1, 2, 3], [0], [1], [2], [3]]
    assert await told(kernel) == 3
    [poison] = await Jobs(kernel).pending(kind="test")
    assert (poison.payload["n"], poison.tries) == (2, 1)


async def test_workers_with_the_same_whole_batch_do_each_job_once(committed_kernel, make_ticket, together):
    ids = await fill(committed_kernel, await make_ticket(committed_kernel), 10)
    await asyncio.gather(*(perform(committed_kernel, "test", ids) for _ in range(4)))
    assert sorted(n for batch in together for n in batch) == list(range(10))


async def test_a_dead_letter_quotes_no_more_than_the_first_line_of_an_error(kernel, make_ticket, monkeypatch):
    [job_id] = await fill(kernel, await make_ticket(kernel), 1)
    error = ValueError("violates a check\nDETAIL: Failing row contains (张建国, 13800138000)")
    monkeypatch.setitem(HANDLERS, "test", Handler(AsyncMock(side_effect=error)))
    for _ in range(MOST_TRIES):
        await perform(kernel, "test", [job_id])
    [letter] = await Jobs(kernel).dead()
    assert letter.error == "ValueError: violates a check"


async def test_escalations_of_one_instant_all_fire(kernel, make, jobs, clock):
    for _ in range(4):
        await make.ticket("dispatched", service_class="P1")
    clock.advance(timedelta(hours=1))
    assert await jobs.run_due() >= 4
    assert await jobs.dead() == []


@pytest.mark.parametrize("fault", [psycopg.OperationalError("connection failed"), psycopg.errors.CannotConnectNow()])
async def test_a_database_that_is_away_is_not_held_against_the_job(kernel, make_ticket, monkeypatch, fault):
    ids = await fill(kernel, await make_ticket(kernel), 2)
    away = AsyncMock(side_effect=OperationalError("DELETE", None, fault))
    monkeypatch.setitem(HANDLERS, "test", Handler(away))
    for _ in range(MOST_TRIES + 1):
        with pytest.raises(OperationalError):
            await perform(kernel, "test", ids)
    assert [job.tries for job in await Jobs(kernel).pending(kind="test")] == [0, 0]
    assert await Jobs(kernel).dead() == []


async def test_a_lock_that_is_not_had_in_time_is_a_failed_try(kernel, make_ticket, monkeypatch):
    [job_id] = await fill(kernel, await make_ticket(kernel), 1)
    held = AsyncMock(side_effect=OperationalError("SELECT", None, psycopg.errors.LockNotAvailable()))
    monkeypatch.setitem(HANDLERS, "test", Handler(held))
    await perform(kernel, "test", [job_id])
    assert [job.tries for job in await Jobs(kernel).pending(kind="test")] == [1]
