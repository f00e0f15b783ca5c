"""What a worker process tells Prometheus about its jobs: kinds and priorities, never tickets or people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.registry import Collector

from jiesu.db.backlog import Backlog, families, read_backlog
from jiesu.db.jobs import Job, Priority
from jiesu.kernel import Kernel

__all__ = ["BacklogCollector", "done", "failed", "lost", "retried", "round_done", "serve"]

#: Seconds a scrape waits for the database.
PATIENCE = 5.0
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

LATENESS = Histogram(
    "jiesu_job_lateness_seconds", "From the moment a job was due until its handler began.", ["kind", "priority"],
    buckets=_BUCKETS,
)  # fmt: skip
DONE = Counter("jiesu_jobs_done_total", "Jobs done.", ["kind"])
FAILED = Counter("jiesu_jobs_failed_total", "Tries that failed, of whatever cause.", ["kind"])
RETRIED = Counter("jiesu_jobs_retried_total", "Jobs postponed after a failed try.", ["kind"])
DEAD = Counter("jiesu_jobs_dead_total", "Jobs given up and moved to the dead letters.", ["kind"])
SINCE_ROUND = Gauge("jiesu_relay_seconds_since_round", "Seconds since this process's relay last finished a round.")


def round_done() -> None:
    """The relay has looked at everything that is due."""
    now = time.monotonic()
    SINCE_ROUND.set_function(lambda: time.monotonic() - now)


def done(jobs: Iterable[Job], began: datetime) -> None:
    """These were done by a handler that began then."""
    for job in jobs:
        late = max(0.0, (began - job.run_at).total_seconds())
        LATENESS.labels(job.kind, Priority(job.priority).name.lower()).observe(late)
        DONE.labels(job.kind).inc()


def failed(kind: str) -> None:
    """A try of one job failed."""
    FAILED.labels(kind).inc()


def retried(kind: str) -> None:
    """A job will be tried again."""
    RETRIED.labels(kind).inc()


def lost(kind: str) -> None:
    """A job became a dead letter."""
    DEAD.labels(kind).inc()


class BacklogCollector(Collector):
    """Asks the database at the scrape; says nothing while it is away."""

    def __init__(self, ask: Callable[[], Future[Backlog]]) -> None:
        self._ask = ask

    def collect(self) -> Iterator[Any]:
        try:
            found = self._ask().result(PATIENCE)
        except Exception:  # the scrape still tells what this process knows
            return
        yield from families(found)

    def describe(self) -> list[Any]:
        """Nothing beforehand: registering must not ask the database."""
        return []


def serve(kernel: Kernel, loop: asyncio.AbstractEventLoop, port: int) -> None:
    """Answer `/metrics` on loopback, on a thread of its own, for as long as the process lives."""

    async def ask() -> Backlog:
        async with kernel.db.sessions() as session:
            return await read_backlog(session, kernel.clock.now())

    REGISTRY.register(BacklogCollector(lambda: asyncio.run_coroutine_threadsafe(ask(), loop)))
    start_http_server(port, addr="127.0.0.1")
