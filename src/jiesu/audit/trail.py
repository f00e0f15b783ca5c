"""The trail: every event of a ticket, each entry sealed onto the one before by its hash."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, Index, UniqueConstraint, null, select, text
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.audit.chain import GENESIS, Walk, seal
from jiesu.audit.trail_keys import opened, sealed, trail_key
from jiesu.db.base import Base, BigId, Moment
from jiesu.db.uow import Event, UnitOfWork

__all__ = ["GENESIS", "BrokenChain", "Told", "TrailEntry", "append", "history", "read_heads", "verify"]


class TrailEntry(Base):
    """One thing that happened. The application's role may insert and read, nothing else; a trigger refuses the rest."""

    __tablename__ = "trail"
    #: By the last three auditors look.
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("ix_trail_at", "at", "id"),
        Index("ix_trail_kind", "kind", "at", "id"),
        Index("ix_trail_staff", text("((data -> 'by') ->> 'staff_id')"), "at", "id"),
    )

    id: Mapped[BigId]
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    #: Place in the ticket's chain, from 1 without gaps.
    seq: Mapped[int]
    at: Mapped[Moment]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous: Mapped[str]
    hash: Mapped[str]


@dataclass(frozen=True)
class BrokenChain:
    """Where a chain stops being believable, and why."""

    ticket_id: int
    seq: int
    fault: str


async def append(uow: UnitOfWork, event: Event) -> None:
    """Add the event to its ticket's chain. The caller holds the ticket's lock, so heads never race."""
    seq, previous = await _head(uow, event.ticket_id)
    data = msgspec.to_builtins(event)
    kind = data.pop("type")
    del data["ticket_id"]
    data = await sealed(uow, event, data)
    entry = TrailEntry(
        ticket_id=event.ticket_id,
        seq=seq + 1,
        at=uow.now,
        kind=kind,
        data=data,
        previous=previous,
        hash=seal(previous, event.ticket_id, seq + 1, uow.now, kind, data),
    )
    uow.add(entry)
    uow.memory["trail", event.ticket_id] = (entry.seq, entry.hash)


def begin(uow: UnitOfWork, ticket_id: int) -> None:
    """Start the chain of a ticket born in this transaction: spares looking for a head that cannot be."""
    uow.memory["trail", ticket_id] = (0, GENESIS)


async def read_heads(uow: UnitOfWork, ticket_ids: Collection[int]) -> None:
    """Look up the heads of many chains at once, for the entries that will follow in this transaction."""
    unknown = [ticket_id for ticket_id in ticket_ids if ("trail", ticket_id) not in uow.memory]
    newest = select(TrailEntry.ticket_id, TrailEntry.seq, TrailEntry.hash).ext(distinct_on(TrailEntry.ticket_id))
    newest = newest.where(TrailEntry.ticket_id.in_(unknown)).order_by(TrailEntry.ticket_id, TrailEntry.seq.desc())
    for ticket_id, seq, head in await uow.session.execute(newest):
        uow.memory["trail", ticket_id] = (seq, head)


async def _head(uow: UnitOfWork, ticket_id: int) -> tuple[int, str]:
    known = uow.memory.get(("trail", ticket_id))
    if known is not None:
        return known  # type: ignore[no-any-return]
    newest = select(TrailEntry.seq, TrailEntry.hash).where(TrailEntry.ticket_id == ticket_id)
    row = (await uow.session.execute(newest.order_by(TrailEntry.seq.desc()).limit(1))).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


@dataclass(frozen=True)
class Told:
    """An entry with its texts as they were written; `ERASED` in place of one whose time of keeping is over."""

    seq: int
    at: datetime
    kind: str
    data: dict[str, Any]


async def history(session: AsyncSession, ticket_id: int) -> Sequence[Told]:
    """All entries of a ticket, oldest first."""
    entries = select(TrailEntry).where(TrailEntry.ticket_id == ticket_id).order_by(TrailEntry.seq)
    key = await trail_key(session, ticket_id)
    return [Told(e.seq, e.at, e.kind, opened(e.data, key)) for e in await session.scalars(entries)]


#: From the head that a checkpoint signed, for the chains that grew since; from the beginning where there is none.
_SINCE = """
    SELECT t.ticket_id, t.seq, t.at, t.kind, t.data, t.previous, t.hash, h.seq AS known, h.hash AS head
    FROM trail t JOIN (SELECT ticket_id FROM checkpoint_head WHERE checkpoint_id > :since
                       UNION SELECT ticket_id FROM trail_unsealed) grown USING (ticket_id)
    LEFT JOIN LATERAL (SELECT seq, hash FROM checkpoint_head k WHERE k.ticket_id = t.ticket_id
                       AND k.checkpoint_id <= :since ORDER BY k.seq DESC LIMIT 1) h ON true
    WHERE t.seq > coalesce(h.seq, 0) ORDER BY t.ticket_id, t.seq
"""


async def verify(session: AsyncSession, *, since: int = 0) -> AsyncIterator[BrokenChain]:
    """Walk every chain and yield each entry that was changed, removed or reordered. Memory stays flat.

    With `since` only what was added after that checkpoint.
    """
    walk = Walk(0)
    async for entry in await session.stream(_entries(since).execution_options(yield_per=1000)):
        if entry.ticket_id != walk.chain:
            walk = Walk(entry.ticket_id, entry.known or 0, entry.head or GENESIS)
        for fault in walk.faults(entry):
            yield BrokenChain(entry.ticket_id, walk.seq, fault)


def _entries(since: int) -> Executable:
    if since:
        return text(_SINCE).bindparams(since=since).columns(at=DateTime(timezone=True), data=JSONB)
    columns = (TrailEntry.seq, TrailEntry.at, TrailEntry.kind, TrailEntry.data, TrailEntry.previous, TrailEntry.hash)
    every = select(TrailEntry.ticket_id, *columns, null().label("known"), null().label("head"))
    return every.order_by(TrailEntry.ticket_id, TrailEntry.seq)
