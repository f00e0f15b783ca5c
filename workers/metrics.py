"""What a worker process tells Prometheus about its jobs: kinds and priorities, never tickets or people."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.registry import Collector

from jiesu.db.jobs import Job, Priority
from jiesu.kernel import Kernel
from jiesu.vitals import read_figures

__all__ = ["BacklogCollector", "done", "failed", "lost", "retried", "round_done", "serve"]

#: Seconds a scrape waits for the database.
PATIENCE = 5.0
#: After so many seconds without a round a relay stands still; when nothing is due it looks every five.
STILL = 60.0
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

LATENESS = Histogram(
    "jiesu_job_lateness_seconds", "From the moment a job was due until its handler began.", ["kind", "priority"],
    buckets=_BUCKETS,
)  # fmt: skip
SECONDS = Histogram(
    "jiesu_job_seconds", "How long one transaction with jobs of a kind took.", ["kind"], buckets=_BUCKETS
)
DONE = Counter("jiesu_jobs_done_total", "Jobs done.", ["kind"])
FAILED = Counter("jiesu_jobs_failed_total", "Tries that failed, of whatever cause.", ["kind"])
RETRIED = Counter("jiesu_jobs_retried_total", "Jobs postponed after a failed try.", ["kind"])
DEAD = Counter("jiesu_jobs_dead_total", "Jobs given up and moved to the dead letters.", ["kind"])
SINCE_ROUND = Gauge("jiesu_relay_seconds_since_round", "Seconds since this process's relay last finished a round.")


def round_done() -> None:
    """The relay has looked at everything that is due."""
    now = time.monotonic()
    SINCE_ROUND.set_function(lambda: time.monotonic() - now)


def done(jobs: Sequence[Job], began: datetime, seconds: float) -> None:
    """These were done together by a handler that began then and took so long."""
    for kind in {job.kind for job in jobs}:
        SECONDS.labels(kind).observe(seconds)
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

    def __init__(self, ask: Callable[[], Future[list[Any]]]) -> None:
        self._ask = ask

    def collect(self) -> Iterator[Any]:
        try:
            found = self._ask().result(PATIENCE)
        except Exception:  # the scrape still tells what this process knows
            return
        yield from found

    def describe(self) -> list[Any]:
        """Nothing beforehand: registering must not ask the database."""
        return []


def serve(kernel: Kernel, loop: asyncio.AbstractEventLoop, host: str, port: int) -> None:
    """Answer `/metrics` and `/health/live`, on a thread of its own, for as long as the process lives."""

    def ask() -> Future[list[Any]]:
        return asyncio.run_coroutine_threadsafe(read_figures(kernel), loop)

    REGISTRY.register(BacklogCollector(ask))
    round_done()
    server = make_server(host, port, _answer, _Threads, _Silent)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """`/health/live` is 503 when the relay has not come round for a minute: the database is away, or it hangs."""
    if environ["PATH_INFO"] != "/health/live":
        told: Iterable[bytes] = make_wsgi_app()(environ, start)
        return told
    age = REGISTRY.get_sample_value("jiesu_relay_seconds_since_round") or 0.0
    start("200 OK" if age < STILL else "503 Service Unavailable", [("Content-Type", "application/json")])
    return [f'{{"status": "{"ok" if age < STILL else "stopped"}", "seconds_since_round": {age:.1f}}}'.encode()]


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Scrapes are no news."""
