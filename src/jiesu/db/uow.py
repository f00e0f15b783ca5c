"""The unit of work: one request or job is one transaction, and only this file commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec
from opentelemetry.trace import INVALID_SPAN, Span
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from jiesu import tracing
from jiesu.db import scope
from jiesu.db.base import Base
from jiesu.db.scope import Scope, Viewer
from jiesu.db.together import ANNOUNCE, Keys, write_together
from jiesu.errors import DomainError
from jiesu.kit.clock import Clock

__all__ = ["Database", "Event", "React", "SecurityEvent", "UnitOfWork"]

Row = TypeVar("Row", bound=Base)

#: The channel on which a commit wakes sleeping relays.
WAKE_CHANNEL = "jiesu_jobs"
#: The channel on which a commit says which tickets changed, as {kind: [key, …]}; nothing where they are more than `MANY`.
CHANGES_CHANNEL = "jiesu_changes"
MANY = 400


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that happened to a ticket, in the past tense; kept in the trail, answered in `reactions.py`."""

    #: As what the live stream tells it (`web/live.py`).
    live: ClassVar[str] = "ticket"
    ticket_id: int


class SecurityEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Something that happened to an account, in the past tense; kept in the security trail.

    `account` is the user name it is about, `by` who did it to them where that is somebody else, `address` where from.
    """

    account: str | None = None
    by: str | None = None
    address: str | None = None


React = Callable[["UnitOfWork", Event | SecurityEvent], Awaitable[None]]


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
    #: What the commit tells the live streams: kind and key of a ticket.
    changes: set[tuple[str, int]] = field(default_factory=set)
    #: What a package remembers for the length of the transaction (trail heads, for one).
    memory: dict[Any, Any] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    #: Rows that wait to be written together; None outside `together`.
    gathered: list[Base] | None = None
    #: Who looks; None while the transaction is the system's own.
    viewer: Viewer | None = None
    #: Its step in a trace, where one is kept.
    span: Span = INVALID_SPAN
    #: Key of a ticket → the request that caused the job done for it, where this transaction does the jobs of several.
    requests: dict[int | None, str | None] = field(default_factory=dict)

    async def see_as(self, viewer: Viewer) -> None:
        """From here on PostgreSQL shows what the viewer may see, whatever a query forgets to ask."""
        self.viewer = viewer
        await scope.apply(self.session, viewer)

    @asynccontextmanager
    async def scoped(self, wider: Scope) -> AsyncIterator[None]:
        """See more for the length of the block; without a viewer nothing changes.

        What was changed is written before the viewer's scope returns. After a fault it does not return: the transaction, or the
        savepoint it happened in, takes the scope back with it.
        """
        if self.viewer is None:
            yield
            return
        await scope.change(self.session, wider)
        try:
            yield
        except DomainError:
            await scope.change(self.session, Scope.STAFF)
            raise
        await self.session.flush()
        await scope.change(self.session, Scope.STAFF)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A savepoint: what fails in the block leaves no trace, neither in the database nor in what is remembered or announced."""
        changes, wake = set(self.changes), self.wake
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            self.memory.clear()  # all of it can be read again
            self.changes, self.wake = changes, wake
            raise

    async def record(self, event: Event | SecurityEvent) -> None:
        """Tell the rest of the system, within this transaction."""
        if self.gathered is None:
            await self.session.flush()
        if isinstance(event, Event):
            self.changes.add((event.live, event.ticket_id))
        await self.react(self, event)

    def announcements(self) -> dict[str, str]:
        """Channel → what the commit says there, told once."""
        said = {WAKE_CHANNEL: ""} if self.wake else {}
        if self.changes:
            kinds: dict[str, list[int]] = {}
            for kind, ticket_id in sorted(self.changes):
                kinds.setdefault(kind, []).append(ticket_id)
            said[CHANGES_CHANNEL] = msgspec.json.encode(kinds).decode() if len(self.changes) <= MANY else ""
        self.wake, self.changes = False, set()
        return said

    def add(self, row: Base) -> None:
        """A new row: written with the next flush, or at the end of the block that gathers."""
        if self.gathered is None:
            self.session.add(row)
        else:
            self.gathered.append(row)

    async def settle(self, *rows: Base) -> None:
        """Give new rows their keys: by writing them, or, while gathering, by drawing keys for them."""
        if self.gathered is None:
            await self.session.flush()
            return
        for row in rows:
            row.id = await self.keys.draw(self.session, type(row))  # type: ignore[attr-defined]

    async def get(self, model: type[Row], key: int) -> Row:
        """A row by its key, also one that waits to be written. Raises NoResultFound."""
        for row in self.gathered or ():
            if isinstance(row, model) and row.__dict__.get("id") == key:
                return row
        return await self.session.get_one(model, key)

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """For use cases that only add: what `add` is given in this block is written at its end, in one statement.

        Nothing else may read or change those rows by a query meanwhile.
        """
        self.gathered = []
        try:
            yield
            rows = self.gathered
        finally:
            self.gathered = None
        if rows:
            await write_together(self.session, rows, announce=self.announcements())


@dataclass(frozen=True)
class Database:
    """Where transactions begin."""

    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    react: React
    keys: Keys = field(default_factory=Keys, kw_only=True)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction: leaving the block commits, an exception rolls back and goes on its way."""
        async with self.sessions() as session:
            with tracing.transaction() as span:
                uow = UnitOfWork(session, self.clock.now(), self.react, keys=self.keys, span=span)
                try:
                    yield uow
                    if said := uow.announcements():
                        await session.execute(ANNOUNCE, {"said": msgspec.json.encode(said).decode()})
                except BaseException:
                    await session.rollback()
                    raise
                await session.commit()
