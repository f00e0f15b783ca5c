"""What an operator is woken by, as figures for Prometheus: is anything late, growing, failing, full? Counts, never people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.backlog import MOST_COUNTED, families, read_backlog
from jiesu.kernel import Kernel

__all__ = ["read_figures"]

#: By index, and no further than so many: a scrape must cost little just when much is late.
_OVERDUE = text(f"""
    SELECT clock, target, count(*) AS n FROM (
        SELECT clock, target FROM deadline WHERE state = 'running' AND due_at < :now LIMIT {MOST_COUNTED}) AS late
    GROUP BY clock, target""")  # noqa: S608 - a constant
_UNANSWERED = text("""
    SELECT level, count(*) AS n, count(*) FILTER (WHERE ack_due_at < :now) AS overdue
    FROM escalation WHERE wants_ack AND acknowledged_at IS NULL GROUP BY level""")
_LAST = {
    "jiesu_checkpoint_age_seconds": (
        "Since the trail was signed.",
        "SELECT at FROM checkpoint ORDER BY id DESC LIMIT 1",
    ),
    "jiesu_backup_age_seconds": (
        "Since a backup was taken.",
        "SELECT at FROM security_trail WHERE kind = 'BackupTaken' ORDER BY at DESC LIMIT 1",
    ),
}


async def read_figures(kernel: Kernel) -> list[Any]:
    """Everything that is asked of the database at a scrape, and what this process holds. Raises what the database raises."""
    now = kernel.clock.now()
    async with kernel.db.sessions() as session:
        work = families(await read_backlog(session, now))
        return [*work, *await _promises(session, now), *await _ages(session, now), *_of_process(kernel)]


async def _promises(session: AsyncSession, now: datetime) -> list[GaugeMetricFamily]:
    overdue = GaugeMetricFamily(
        "jiesu_deadlines_overdue", "Running deadlines whose date has passed.", labels=["clock", "target"]
    )
    for row in await session.execute(_OVERDUE, {"now": now}):
        overdue.add_metric([row.clock, row.target], row.n)
    waiting = GaugeMetricFamily(
        "jiesu_escalations_waiting", "Escalations that wait for an acknowledgement.", labels=["level"]
    )
    late = GaugeMetricFamily(
        "jiesu_escalations_unanswered", "Those of them whose acknowledgement is overdue.", labels=["level"]
    )
    for row in await session.execute(_UNANSWERED, {"now": now}):
        waiting.add_metric([str(row.level)], row.n)
        late.add_metric([str(row.level)], row.overdue)
    return [overdue, waiting, late]


async def _ages(session: AsyncSession, now: datetime) -> list[GaugeMetricFamily]:
    """Nothing is told of what never happened."""
    found = []
    for name, (says, query) in _LAST.items():
        at = await session.scalar(text(query))
        if at is not None:
            found.append(GaugeMetricFamily(name, says, value=max(0.0, (now - at) / timedelta(seconds=1))))
    size = await session.scalar(text("SELECT pg_database_size(current_database())"))
    return [*found, GaugeMetricFamily("jiesu_database_bytes", "The database on its disk.", value=size or 0)]


def _of_process(kernel: Kernel) -> Iterator[GaugeMetricFamily]:
    pool: Any = kernel.engine.pool
    used = GaugeMetricFamily("jiesu_db_connections", "Connections this process holds.", labels=["state"])
    used.add_metric(["busy"], pool.checkedout())
    used.add_metric(["idle"], pool.checkedin())
    yield used
    yield GaugeMetricFamily(
        "jiesu_db_connections_most", "Connections it may hold.", value=2 * kernel.settings.pool_size
    )
    disk = GaugeMetricFamily("jiesu_disk_bytes", "The disk of the data directory.", labels=["state"])
    found = shutil.disk_usage(
        next(p for p in (kernel.settings.data_dir, *kernel.settings.data_dir.parents) if p.exists())
    )
    disk.add_metric(["free"], found.free)
    disk.add_metric(["all"], found.total)
    yield disk
