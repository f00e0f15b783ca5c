"""Jobs: the transactional outbox with a due time, and the list of those that were given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, Index, Select, SmallInteger, Table, delete, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from jiesu import tracing
from jiesu.db.base import Base, BigId, Moment
from jiesu.db.uow import UnitOfWork
from jiesu.kit.masking import mask_text

__all__ = [
    "SOON",
    "DeadLetter",
    "Job",
    "Priority",
    "Promise",
    "bring_forward",
    "bury",
    "cancel",
    "cancel_waiting",
    "postpone",
    "schedule",
    "schedule_all",
    "take",
]

#: What falls due within this time wakes the relays at the commit: they never sleep longer.
SOON = timedelta(seconds=5)
#: What falls due within this time goes on with the trace of what promised it.
SAME_TRACE = timedelta(minutes=10)


class Priority(IntEnum):
    """Whose work goes first when more is due than can be done: an emergency before a newsletter."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


class Job(Base):
    """Work promised by a committed transaction, not yet done. Done means: the row is gone."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "priority", "run_at", "id", postgresql_where=text("sent_at IS NULL")),
        Index("ix_job_sent", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
        Index("ix_job_ticket", "ticket_id"),
    )

    id: Mapped[BigId]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    run_at: Mapped[Moment]
    #: Unique: the same thing is never scheduled twice.
    key: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    #: When the relay handed it to Redis; null while it waits.
    sent_at: Mapped[Moment | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: A `Priority`.
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.NORMAL, server_default="1")
    #: What caused it, as `tracing.origin` writes it; null where no request did.
    origin: Mapped[str | None]


class DeadLetter(Base):
    """A job that was given up, with the reason; an administrator sends it again or drops it."""

    __tablename__ = "dead_letter"

    id: Mapped[BigId]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    key: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.NORMAL, server_default="1")
    error: Mapped[str]
    died_at: Mapped[Moment]
    origin: Mapped[str | None]


class Promise(NamedTuple):
    """Work of a `kind` for `run_at`; the same `key` is never scheduled twice."""

    kind: str
    run_at: datetime
    key: str
    payload: dict[str, Any]
    ticket_id: int | None = None
    priority: Priority = Priority.NORMAL
    #: What caused it; None: what causes the transaction.
    origin: str | None = None


#: Made once, on the bare table: promising is the most frequent statement of all.
_PROMISE = insert(cast("Table", Job.__table__)).on_conflict_do_nothing(index_elements=[Job.key])
#: For statements on many rows: what the session holds in memory need not be compared with them.
_UNTRACKED = {"synchronize_session": False}


async def schedule(uow: UnitOfWork, promise: Promise) -> None:
    """Promise work within the caller's transaction. The same key again changes nothing."""
    await schedule_all(uow, [promise])


async def schedule_all(uow: UnitOfWork, promises: Sequence[Promise]) -> None:
    """Promise several pieces of work in one round."""
    rows = [promise._asdict() | {"origin": promise.origin or _origin(uow, promise)} for promise in promises]
    if uow.gathered is not None:
        for row in rows:
            uow.add(Job(**row))
    elif rows:
        await uow.session.execute(_PROMISE, rows)
    uow.wake = uow.wake or any(promise.run_at <= uow.now + SOON for promise in promises)


def _origin(uow: UnitOfWork, promise: Promise) -> str | None:
    """A batch works for many requests: then the one behind the ticket counts."""
    at_once = promise.run_at <= uow.now + SAME_TRACE
    return tracing.origin(uow.span, at_once=at_once) or uow.requests.get(promise.ticket_id)


async def cancel(uow: UnitOfWork, *keys: str) -> None:
    """Take promises back. What an actor has already taken is not undone."""
    if keys:
        await uow.session.execute(delete(Job).where(Job.key.in_(keys)).execution_options(**_UNTRACKED))


async def cancel_waiting(uow: UnitOfWork, kind: str, ticket_id: int, keys: Select[str]) -> list[dict[str, Any]]:
    """Take those of a ticket's promises back that are not due yet; what they held. One that is under way is left alone."""
    mine = (Job.ticket_id == ticket_id, Job.kind == kind, Job.key.in_(keys))
    waiting = delete(Job).where(*mine, Job.run_at > uow.now, Job.sent_at.is_(None)).returning(Job.payload)
    return list(await uow.session.scalars(waiting.execution_options(**_UNTRACKED)))


async def bring_forward(uow: UnitOfWork, kind: str, ticket_id: int, due_at: datetime) -> None:
    """Make a ticket's jobs of a kind that are due at exactly that moment due now; their order stays."""
    waiting = update(Job).where(
        Job.ticket_id == ticket_id, Job.kind == kind, Job.run_at == due_at, Job.sent_at.is_(None)
    )
    await uow.session.execute(waiting.values(run_at=uow.now).execution_options(**_UNTRACKED))
    uow.wake = True


async def take(session: AsyncSession, ids: Sequence[int]) -> Sequence[Job]:
    """Delete the rows and return what they held, oldest first: whoever gets a row does the work, nobody else."""
    taken = delete(Job).where(Job.id.in_(ids)).returning(Job).execution_options(**_UNTRACKED)
    rows = await session.scalars(taken)
    return sorted(rows.all(), key=lambda job: (job.run_at, job.id))


async def postpone(session: AsyncSession, job_id: int, run_at: datetime) -> int | None:
    """Count a failed try and make the job due at `run_at`; returns the tries so far, None when it is gone."""
    return await session.scalar(
        update(Job)
        .where(Job.id == job_id)
        .values(tries=Job.tries + 1, sent_at=None, run_at=run_at)
        .returning(Job.tries)
    )


async def bury(session: AsyncSession, job_id: int, error: str, now: datetime) -> None:
    """Move a job to the dead letters."""
    for job in await take(session, [job_id]):
        session.add(
            DeadLetter(
                kind=job.kind,
                payload=job.payload,
                key=job.key,
                ticket_id=job.ticket_id,
                tries=job.tries,
                priority=job.priority,
                error=mask_text(error)[:2000],
                died_at=now,
                origin=job.origin,
            )
        )
