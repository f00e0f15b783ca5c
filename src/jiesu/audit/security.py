"""The security trail: sign-ins, locks, second factors, passwords and rights, in one hash chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import Index, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from jiesu.audit.chain import GENESIS, Walk, seal
from jiesu.db.base import Base, BigId, Moment
from jiesu.db.uow import SecurityEvent, UnitOfWork
from jiesu.kit.paging import decode_cursor, encode_cursor

__all__ = ["Page", "SecurityEntry", "append", "busiest_addresses", "newest", "of_kinds", "verify"]

PAGE = 50
#: There is one chain; its number in the seal tells it from every ticket's.
CHAIN = 0
#: Advisory lock under which the chain grows: two entries never follow the same one.
LOCK = 0x6A69657375
_Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class SecurityEntry(Base):
    """One thing that happened. The application's role may insert and read, nothing else; a trigger refuses the rest."""

    __tablename__ = "security_trail"
    #: By these auditors look.
    __table_args__ = (
        Index("ix_security_trail_at", "at", "id"),
        Index("ix_security_trail_kind", "kind", "at", "id"),
        Index("ix_security_trail_account", text("(data ->> 'account')"), "at", "id"),
        Index("ix_security_trail_by", text("(data ->> 'by')"), "at", "id"),
    )

    id: Mapped[BigId]
    #: Place in the chain, from 1 without gaps.
    seq: Mapped[int] = mapped_column(unique=True)
    at: Mapped[Moment]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous: Mapped[str]
    hash: Mapped[str]


class Page(NamedTuple):
    """Entries, the newest first."""

    entries: Sequence[SecurityEntry]
    next_cursor: str | None


async def append(uow: UnitOfWork, event: SecurityEvent) -> None:
    """Add the event to the chain. Holds the chain's lock to the end of the transaction: make it the last thing done."""
    seq, previous = await _head(uow)
    data = msgspec.to_builtins(event)
    kind = data.pop("type")
    entry = SecurityEntry(
        seq=seq + 1,
        at=uow.now,
        kind=kind,
        data=data,
        previous=previous,
        hash=seal(previous, CHAIN, seq + 1, uow.now, kind, data),
    )
    uow.add(entry)
    uow.memory["security trail"] = (entry.seq, entry.hash)


async def _head(uow: UnitOfWork) -> tuple[int, str]:
    known = uow.memory.get("security trail")
    if known is not None:
        return known  # type: ignore[no-any-return]
    await uow.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = select(SecurityEntry.seq, SecurityEntry.hash).order_by(SecurityEntry.seq.desc()).limit(1)
    row = (await uow.session.execute(last)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


async def newest(uow: UnitOfWork, *, cursor: str = "", size: int = PAGE) -> Page:
    """One stretch of the trail, by place. Raises BadCursor."""
    query = select(SecurityEntry).order_by(SecurityEntry.seq.desc()).limit(size + 1)
    if cursor:
        query = query.where(SecurityEntry.seq < decode_cursor(cursor, tuple[_Seq])[0])
    rows = (await uow.session.scalars(query)).all()
    return Page(rows[:size], encode_cursor(rows[size - 1].seq) if len(rows) > size else None)


async def of_kinds(
    uow: UnitOfWork, kinds: Collection[str], *, since: datetime, cursor: str = "", size: int = PAGE
) -> Page:
    """One stretch of the entries of these kinds from `since` on. Raises BadCursor."""
    place = tuple_(SecurityEntry.at, SecurityEntry.id)
    query = select(SecurityEntry).where(SecurityEntry.at >= since, SecurityEntry.kind.in_(kinds))
    if cursor:
        query = query.where(place < decode_cursor(cursor, tuple[datetime, _Id]))
    query = query.order_by(SecurityEntry.at.desc(), SecurityEntry.id.desc()).limit(size + 1)
    rows = (await uow.session.scalars(query)).all()
    return Page(rows[:size], encode_cursor(rows[size - 1].at, rows[size - 1].id) if len(rows) > size else None)


async def busiest_addresses(
    uow: UnitOfWork, kinds: Collection[str], *, since: datetime, most: int = 10
) -> Sequence[tuple[str, int]]:
    """From where entries of these kinds came since then, the most first."""
    address = SecurityEntry.data["address"].astext
    query = select(address, func.count()).where(SecurityEntry.kind.in_(kinds), SecurityEntry.at >= since)
    query = query.where(address.is_not(None)).group_by(address).order_by(func.count().desc(), address).limit(most)
    return [(row[0], row[1]) for row in await uow.session.execute(query)]


async def verify(session: AsyncSession, *, since: tuple[int, str] = (0, GENESIS)) -> AsyncIterator[tuple[int, str]]:
    """Walk the chain and yield place and fault of each entry that was changed, removed or reordered.

    `since` is place and hash of an entry known to be good: what is before it is passed over.
    """
    query = select(SecurityEntry).where(SecurityEntry.seq > since[0]).order_by(SecurityEntry.seq)
    walk = Walk(CHAIN, *since)
    async for entry in await session.stream_scalars(query.execution_options(yield_per=1000)):
        for fault in walk.faults(entry):
            yield walk.seq, fault
