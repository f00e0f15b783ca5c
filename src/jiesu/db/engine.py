"""How a process reaches PostgreSQL: its pool of connections, and the sessions on them."""

from __future__ import annotations

import select
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from jiesu.db.scope import BEGIN_AS_SYSTEM

__all__ = ["connect", "sessions"]

OPTIONS = f"-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s {BEGIN_AS_SYSTEM}"


def connect(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for one process. Statements run longer than 30 s, or wait longer than 10 s for a lock, fail.

    Its errors never show what was to be written: that is people's data, and errors are logged.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args={"options": OPTIONS},
    )
    event.listen(engine.sync_engine, "connect", _keep_statements)
    event.listen(engine.sync_engine, "checkout", _hear_hang_up)
    return engine


def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions whose rows stay readable after the commit; nothing is loaded behind one's back."""
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


def _keep_statements(connection: Any, _record: object) -> None:
    """We have about 180 different statements; psycopg keeps 100 and would prepare the rest again and again."""
    connection.driver_connection.prepared_max = 1000


def _hear_hang_up(connection: Any, _record: object, _proxy: object) -> None:
    """Give out no connection that the server has closed; the pool then makes a new one.

    An idle connection has nothing to say, so what can be read from it is its end. The pool's own ping would cost a
    round trip for each transaction.
    """
    driver = connection.driver_connection
    if driver.closed or _readable(driver.fileno()):
        raise InvalidatePoolError


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
