"""One transaction for a whole play, on a connection that is waited for: nobody else uses the loop, and it is quicker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.pool import NullPool

from jiesu.db.scope import BEGIN_AS_SYSTEM
from jiesu.db.uow import Database, UnitOfWork

__all__ = ["OneTransaction", "blocking"]

#: Plans are made while the tables are still empty, and kept: without this they would read whole tables in the end.
OPTIONS = f"-c timezone=UTC -c lock_timeout=10s -c enable_seqscan=off -c jit=off {BEGIN_AS_SYSTEM}"


class _BlockingSession(AsyncSession):
    """An async session over a plain engine: its statements are done before the first `await` could switch."""

    def __init__(self, engine: Engine, **options: Any) -> None:
        super().__init__(**options)
        self.sync_session.bind = engine

    async def execute(self, *args: Any, **options: Any) -> Any:
        return self.sync_session.execute(*args, **options)

    async def scalar(self, *args: Any, **options: Any) -> Any:
        return self.sync_session.scalar(*args, **options)

    async def scalars(self, *args: Any, **options: Any) -> Any:
        return self.sync_session.scalars(*args, **options)

    async def get(self, *args: Any, **options: Any) -> Any:
        return self.sync_session.get(*args, **options)

    async def get_one(self, *args: Any, **options: Any) -> Any:
        return self.sync_session.get_one(*args, **options)

    async def flush(self, objects: Any = None) -> None:
        self.sync_session.flush(objects)


@contextmanager
def blocking(db: Database) -> Iterator[Database]:
    """The same database through plain connections, for one long task that runs alone in its process."""
    engine = create_engine(
        db.engine.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"options": OPTIONS},
    )
    event.listen(engine, "connect", _keep_all_plans)
    sessions = async_sessionmaker[AsyncSession](
        class_=_BlockingSession, engine=engine, expire_on_commit=False, autoflush=False
    )
    try:
        yield Database(db.engine, sessions, db.clock, db.react)
    finally:
        engine.dispose()


def _keep_all_plans(connection: Any, _record: object) -> None:
    """More statements than psycopg keeps prepared (100) take turns here; preparing them again and again costs most."""
    connection.prepared_max = 1000


@dataclass(frozen=True)
class OneTransaction(Database):
    """A database whose every `begin` joins the transaction that is open, at the clock's moment.

    What goes wrong inside is kept: it breaks the play even where a worker would have tried again later.
    """

    uow: UnitOfWork
    failures: list[BaseException] = field(default_factory=list)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        self.uow.now = self.clock.now()
        try:
            yield self.uow
            await self.uow.session.flush()
        except BaseException as failure:
            self.failures.append(failure)
            raise
