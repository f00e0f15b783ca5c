"""How much work waits, as figures for Prometheus: asked of the database, by index, when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.jobs import DeadLetter, Job, Priority

__all__ = ["MOST_COUNTED", "Backlog", "families", "read_backlog"]

#: Counting stops here: a scrape must cost little just when much waits.
MOST_COUNTED = 100_000


class Backlog(NamedTuple):
    """`due` is what should have been handed out by now; `out` was, and is not done; `waiting` is all there is, roughly."""

    due: dict[Priority, int]
    #: seconds that the longest-due job has waited, none where nothing is due
    oldest: dict[Priority, float]
    out: int
    waiting: int
    dead: int


async def read_backlog(session: AsyncSession, now: datetime) -> Backlog:
    """The figures of this moment; counts no further than MOST_COUNTED, and takes `waiting` from the planner."""
    due, oldest = {}, {}
    for priority in Priority:
        unsent = (Job.priority == priority, Job.sent_at.is_(None), Job.run_at <= now)
        due[priority] = await _count(session, *unsent)
        first = await session.scalar(select(Job.run_at).where(*unsent).order_by(Job.run_at, Job.id).limit(1))
        oldest[priority] = max(0.0, (now - first).total_seconds()) if first else 0.0
    estimate = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'job'::regclass")
    return Backlog(
        due,
        oldest,
        out=await _count(session, Job.sent_at.is_not(None)),
        waiting=await session.scalar(estimate) or 0,
        dead=await session.scalar(select(func.count()).select_from(DeadLetter)) or 0,
    )


async def _count(session: AsyncSession, *conditions: object) -> int:
    some = select(literal(1)).where(*conditions).limit(MOST_COUNTED).subquery()  # type: ignore[arg-type]
    return await session.scalar(select(func.count()).select_from(some)) or 0


def families(backlog: Backlog) -> Iterator[GaugeMetricFamily]:
    """The figures under their names."""
    due = GaugeMetricFamily("jiesu_jobs_due", "Jobs that are due and not handed out.", labels=["priority"])
    oldest = GaugeMetricFamily(
        "jiesu_oldest_due_seconds", "How long the longest-due job has waited.", labels=["priority"]
    )
    for priority in Priority:
        due.add_metric([priority.name.lower()], backlog.due[priority])
        oldest.add_metric([priority.name.lower()], backlog.oldest[priority])
    yield from (due, oldest)
    yield GaugeMetricFamily("jiesu_jobs_out", "Jobs handed out and not done.", value=backlog.out)
    yield GaugeMetricFamily("jiesu_jobs_waiting", "All jobs, as the planner estimates.", value=backlog.waiting)
    yield GaugeMetricFamily("jiesu_dead_letters", "Jobs given up that nobody has looked after.", value=backlog.dead)
