"""How much work waits, as figures for Prometheus: asked of the database, by index, when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.jobs import DeadLetter, Job, Priority

__all__ = ["MOST_COUNTED", "RELAY", "Backlog", "Standing", "families", "read_backlog", "read_standing"]

#: What a relay calls its connection to the server; how many there are tells how many relays live.
RELAY = "jiesu relay"

#: Counting stops here: a scrape must cost little just when much waits.
MOST_COUNTED = 100_000


class Standing(NamedTuple):
    """Whether work is done: how many relays hold a connection, and how long the most belated job waits.

    It waits to be handed out, or to be done by whoever it was handed to; jobs that failed wait for their next try, and are
    not counted.
    """

    relays: int
    #: seconds of the installation's clock
    late: float


class Backlog(NamedTuple):
    """`due` is what should have been handed out by now; `out` was, and is not done; `waiting` is all there is, roughly."""

    due: dict[Priority, int]
    #: seconds that the longest-due job has waited, none where nothing is due
    oldest: dict[Priority, float]
    out: int
    waiting: int
    dead: int
    #: the same by kind
    due_of_kind: dict[str, int]
    dead_of_kind: dict[str, int]
    standing: Standing


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
        due_of_kind=await _kinds(session, Job.kind, Job.sent_at.is_(None), Job.run_at <= now),
        dead_of_kind=await _kinds(session, DeadLetter.kind),
        standing=await read_standing(session, now),
    )


async def read_standing(session: AsyncSession, now: datetime) -> Standing:
    """One short statement, by index: every few seconds somebody asks."""
    row = (await session.execute(_STANDING, {"relay": RELAY, "now": now})).one()
    return Standing(row.relays, max(0.0, (now - row.first).total_seconds()) if row.first else 0.0)


_STANDING = text("""
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :relay) AS relays,
           least((SELECT min(first) FROM (VALUES (0), (1), (2)) AS p (priority), LATERAL (
                    SELECT run_at AS first FROM job WHERE priority = p.priority AND sent_at IS NULL AND run_at <= :now
                    ORDER BY run_at LIMIT 1) AS unsent),
                 (SELECT min(run_at) FROM (
                    SELECT run_at FROM job WHERE sent_at IS NOT NULL ORDER BY sent_at LIMIT 1000) AS out)) AS first""")


async def _kinds(session: AsyncSession, kind: Any, *conditions: Any) -> dict[str, int]:
    some = select(kind.label("kind")).where(*conditions).limit(MOST_COUNTED).subquery()
    return {
        row.kind: row.n for row in await session.execute(select(some.c.kind, func.count().label("n")).group_by("kind"))
    }


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
    for name, says, found in (
        ("jiesu_jobs_due_of_kind", "Jobs that are due and not handed out.", backlog.due_of_kind),
        ("jiesu_dead_letters_of_kind", "Jobs given up that nobody has looked after.", backlog.dead_of_kind),
    ):
        family = GaugeMetricFamily(name, says, labels=["kind"])
        for kind, count in found.items():
            family.add_metric([kind], count)
        yield family
    late = "How long the most belated job has waited, handed out or not."
    yield GaugeMetricFamily("jiesu_latest_job_seconds", late, value=backlog.standing.late)
    yield GaugeMetricFamily("jiesu_relays", "Relays that hold a connection.", value=backlog.standing.relays)
    yield GaugeMetricFamily("jiesu_jobs_out", "Jobs handed out and not done.", value=backlog.out)
    yield GaugeMetricFamily("jiesu_jobs_waiting", "All jobs, as the planner estimates.", value=backlog.waiting)
    yield GaugeMetricFamily("jiesu_dead_letters", "Jobs given up that nobody has looked after.", value=backlog.dead)
