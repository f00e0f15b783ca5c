"""What a worker tells Prometheus: how late work began, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from jiesu.db.backlog import Backlog, Standing, families
from jiesu.db.jobs import Priority
from jiesu.errors import Conflict
from tests.builders.jobs import Jobs
from tests.builders.outbox import Outbox, promise, until
from workers import metrics
from workers.actor import HANDLERS, MOST_TRIES, handles, perform
from workers.relay import Relay


@pytest.fixture
def kind(request) -> Iterator[str]:
    """A kind of job of the test's own, which fails as its list says: it begins empty."""
    name = f"metric.{request.node.name}"

    @handles(name)
    async def work(*_: object) -> None:
        if fails[name]:
            raise fails[name].pop()

    fails[name] = []
    yield name
    del HANDLERS[name]


fails: dict[str, list[Exception]] = {}


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def ids_of(kernel, kind: str) -> list[int]:
    return [job.id for job in await Jobs(kernel).pending(kind=kind)]


async def test_lateness_is_from_the_due_time_to_the_handlers_start(kernel, kind):
    await promise(kernel, 2, minutes=-1, kind=kind, priority=Priority.URGENT)
    await promise(kernel, 1, minutes=0, kind=kind, priority=Priority.URGENT)
    await perform(kernel, kind, await ids_of(kernel, kind))
    labels = {"kind": kind, "priority": "urgent"}
    assert told("jiesu_job_lateness_seconds_count", **labels) == 3
    assert told("jiesu_job_lateness_seconds_sum", **labels) == 120
    assert told("jiesu_job_lateness_seconds_bucket", **labels, le="0.05") == 1
    assert told("jiesu_jobs_done_total", kind=kind) == 3


async def test_a_failed_a_repeated_and_a_lost_job_are_counted_apart(kernel, kind, clock):
    await promise(kernel, 1, kind=kind)
    [job] = await ids_of(kernel, kind)
    fails[kind] = [KeyError("x")] * MOST_TRIES
    for _ in range(MOST_TRIES):
        await perform(kernel, kind, [job])
        clock.advance(timedelta(hours=1))
    names = ("jiesu_jobs_failed_total", "jiesu_jobs_retried_total", "jiesu_jobs_dead_total", "jiesu_jobs_done_total")
    assert [told(name, kind=kind) for name in names] == [MOST_TRIES, MOST_TRIES - 1, 1, 0]


async def test_a_refused_job_is_dead_at_once(kernel, kind):
    await promise(kernel, 1, kind=kind)
    fails[kind] = [Conflict()]
    await perform(kernel, kind, await ids_of(kernel, kind))
    names = ("jiesu_jobs_failed_total", "jiesu_jobs_retried_total", "jiesu_jobs_dead_total")
    assert [told(name, kind=kind) for name in names] == [1, 0, 1]


async def test_the_backlog_is_told_by_priority_and_nothing_while_the_database_is_away():
    answer: Future[list] = Future()
    due, oldest = dict.fromkeys(Priority, 7), dict.fromkeys(Priority, 1.5)
    found = Backlog(due, oldest, 3, 100, 2, {"message.send": 7}, {"test": 2}, Standing(1, 1.5))
    answer.set_result(list(families(found)))
    told = {family.name: family for family in metrics.BacklogCollector(lambda: answer).collect()}
    assert [sample.value for sample in told["jiesu_jobs_due"].samples] == [7, 7, 7]
    assert told["jiesu_dead_letters"].samples[0].value == 2
    assert [(s.labels, s.value) for s in told["jiesu_dead_letters_of_kind"].samples] == [({"kind": "test"}, 2)]
    broken: Future[list] = Future()
    broken.set_exception(ConnectionError("away"))
    assert list(metrics.BacklogCollector(lambda: broken).collect()) == []


async def test_each_round_of_the_relay_is_noted(kernel):
    metrics.SINCE_ROUND.set_function(lambda: 300.0)
    relay = Relay(kernel, Outbox())
    running = asyncio.create_task(relay.run())
    await until(_round_noted)
    relay.stop()
    await running


async def _round_noted() -> bool:
    return 0 < told("jiesu_relay_seconds_since_round") < 60
