"""What relays ask of the jobs: which are due, whose lease is over, and when to look again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, literal, or_, select, true, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from jiesu.db.jobs import Job, Priority

__all__ = ["MOST_OUT", "Due", "claim_due", "due", "expire_leases", "mark_sent", "next_due", "restart_leases"]

#: With so many jobs of any priority sent and not done, no more of this one are sent: what waits in Redis stays little,
#: and is done long before its lease is over. What is urgent is never held back.
MOST_OUT = {Priority.NORMAL: 5_000, Priority.BULK: 1_000}
NONE = timedelta()
#: For statements on many rows: what the session holds in memory need not be compared with them.
_UNTRACKED = {"synchronize_session": False}


class Due(NamedTuple):
    """A claimed job: as much of it as the relay needs."""

    id: int
    kind: str
    priority: Priority


async def claim_due(session: AsyncSession, now: datetime, *, limit: int) -> list[Due]:
    """Lock due unsent jobs, all urgent ones before the rest, the longest due first; rows another relay holds are skipped."""
    claimed: list[Due] = []
    out: int | None = None
    for priority in Priority:
        room = limit - len(claimed)
        if room and priority in MOST_OUT:
            out = await _sent(session) if out is None else out
            room = max(0, min(room, MOST_OUT[priority] - out - len(claimed)))
        if room:
            rows = await session.execute(due(priority, now, room))
            claimed += [Due(job_id, kind, priority) for job_id, kind in rows]
    return claimed


def due(priority: Priority, now: datetime, room: int) -> Select[int, str]:
    """Key and kind of the longest-due unsent jobs of one priority, which the statement locks."""
    return (
        select(Job.id, Job.kind)
        .where(Job.priority == priority, Job.run_at <= now, Job.sent_at.is_(None))
        .order_by(Job.run_at, Job.id)
        .limit(room)
        .with_for_update(skip_locked=True)
    )


async def _sent(session: AsyncSession) -> int:
    """How many jobs are sent and not done; counts no further than matters."""
    some = select(literal(1)).where(Job.sent_at.is_not(None)).limit(max(MOST_OUT.values())).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


async def mark_sent(session: AsyncSession, ids: Iterable[int], now: datetime) -> None:
    """Note that Redis has them."""
    sent = update(Job).where(Job.id.in_(list(ids))).values(sent_at=now)
    await session.execute(sent.execution_options(**_UNTRACKED))


async def expire_leases(
    session: AsyncSession, now: datetime, lease: timedelta, *, slow: Collection[str] = (), patience: timedelta = NONE
) -> int:
    """Make jobs that were sent but not done within the lease due again; returns how many.

    A row that is locked is being worked on: it is passed over, and nobody waits for it. Kinds that call outside hold no
    lock meanwhile: these `slow` ones have `patience` instead.
    """
    expired = select(Job.id).where(Job.sent_at < now - lease)
    if slow:
        expired = expired.where(or_(Job.kind.not_in(slow), Job.sent_at < now - patience))
    expired = expired.with_for_update(skip_locked=True)
    freed = update(Job).where(Job.id.in_(expired)).values(sent_at=None).returning(Job.id)
    return len((await session.execute(freed.execution_options(**_UNTRACKED))).all())


async def restart_leases(session: AsyncSession, now: datetime, *, after: datetime | None = None) -> int:
    """Let the leases of all jobs that are out (or of those sent later than `after`) begin now; returns how many.

    For a clock that was set: the moments at which they were sent mean nothing any more. May be repeated by any relay.
    """
    out = select(Job.id).where(Job.sent_at.is_not(None) if after is None else Job.sent_at > after)
    renewed = update(Job).where(Job.id.in_(out.with_for_update(skip_locked=True))).values(sent_at=now).returning(Job.id)
    return len((await session.execute(renewed.execution_options(**_UNTRACKED))).all())


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next unsent job of any priority falls due; None when nothing waits."""
    return await session.scalar(_NEXT)


def _next() -> Select[datetime]:
    """The first of each priority, by index, and the soonest of the three."""
    each = union_all(*(select(literal(int(priority)).label("priority")) for priority in Priority)).subquery()
    first = (
        select(Job.run_at)
        .where(Job.priority == each.c.priority, Job.sent_at.is_(None))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .lateral()
    )
    return select(func.min(first.c.run_at)).select_from(each.join(first, true()))


_NEXT = _next()
