"""Sessions that wait for the database instead of giving the loop back: nobody else uses the loop, and it is far quicker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.pool import NullPool

from jiesu.db.uow import Database

__all__ = ["blocking"]


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
    engine = create_engine(db.engine.url, poolclass=NullPool, connect_args={"options": "-c timezone=UTC -c lock_timeout=10s"})
    options = {"expire_on_commit": False, "autoflush": False}
    sessions = async_sessionmaker(class_=_BlockingSession, engine=engine, **options)
    try:
        yield Database(db.engine, sessions, db.clock, db.react)
    finally:
        engine.dispose()
