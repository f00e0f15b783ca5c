"""The unit of work: one request or job is one transaction, and only this file commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from jiesu.kit.clock import Clock

__all__ = ["Database", "Event", "React", "UnitOfWork", "connect"]

#: The channel on which a commit wakes sleeping relays.
WAKE_CHANNEL = "jiesu_jobs"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that happened to a ticket, in the past tense; kept in the trail, answered in `reactions.py`."""

    ticket_id: int


React = Callable[["UnitOfWork", Event], Awaitable[None]]


@dataclass
class UnitOfWork:
    """One transaction at one moment.

    `now` is read from the injected clock once, so that everything written together carries the same time.
    """

    session: AsyncSession
    now: datetime
    react: React
    #: Set when a job due at once was scheduled: the commit then wakes the relays.
    wake: bool = False
    #: What a package remembers for the length of the transaction (trail heads, for one).
    memory: dict[Any, Any] = field(default_factory=dict)

    async def record(self, event: Event) -> None:
        """Tell the rest of the system, within this transaction."""
        await self.session.flush()
        await self.react(self, event)


@dataclass(frozen=True)
class Database:
    """Where transactions begin."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    react: React

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction: leaving the block commits, an exception rolls back and goes on its way."""
        async with self.sessions() as session:
            uow = UnitOfWork(session, self.clock.now(), self.react)
            try:
                yield uow
                if uow.wake:
                    await session.execute(text(f"SELECT pg_notify('{WAKE_CHANNEL}', '')"))
            except BaseException:
                await session.rollback()
                raise
            await session.commit()


def connect(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for one process. Statements run longer than 30 s, or wait longer than 10 s for a lock, fail.

    Its errors never show what was to be written: that is people's data, and errors are logged.
    """
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s"},
    )


def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions whose rows stay readable after the commit; nothing is loaded behind one's back."""
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
