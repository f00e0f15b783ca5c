"""Kernels for tests: the real one, on one connection that is rolled back or on a database of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from sqlalchemy import event
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session, SessionTransaction

from jiesu.app import collaborators, create_app
from jiesu.db.engine import connect
from jiesu.db.uow import Database
from jiesu.intake.numbers import Numbers
from jiesu.kernel import Kernel
from jiesu.kit.clock import Clock
from jiesu.rules import Policies, Rules
from jiesu.settings import Settings
from tests.builders.gateway import RecordingGateway

__all__ = ["committing_kernel", "http", "read_for_good", "rolled_back_kernel"]


#: An engine for each database: one keeps the SQL of the statements it has seen, which takes longer to write than to run.
_engines: dict[str, AsyncEngine] = {}


def _kernel(settings: Settings, clock: Clock, policies: Policies) -> Kernel:
    """A new kernel on the database's one engine; closing it leaves that without connections, fit for the next test."""
    url = settings.database_url or ""
    if url not in _engines:
        _engines[url] = connect(url, pool_size=settings.pool_size)
    return Kernel(settings, clock=clock, policies=policies, engine=_engines[url], gateway=RecordingGateway())


@asynccontextmanager
async def rolled_back_kernel(settings: Settings, clock: Clock, policies: Policies) -> AsyncIterator[Kernel]:
    """Everything happens in one transaction of one connection: what code under test commits is a savepoint."""
    kernel = _kernel(settings, clock, policies)
    try:
        async with kernel.engine.connect() as connection:
            transaction = await connection.begin()
            kernel.db = Database(kernel.engine, _savepoints(connection), clock, kernel.db.react)
            kernel.numbers = Numbers(kernel.db)
            yield await _opened(kernel, policies)
            await transaction.rollback()
            await connection.invalidate()  # the application has closed the pool it would go back to
    finally:
        await kernel.close()


#: The rules as a kernel last read them for good, what it began with, and the marks of what it read them from.
_read: list[tuple[Settings, Policies, Rules, tuple[str, str, int]]] = []


async def read_for_good(settings: Settings, clock: Clock, policies: Policies) -> None:
    """Have a worker's database know the editions in force, and later kernels take the rules over."""
    async with committing_kernel(settings, clock, policies) as kernel:
        _read[:] = [(settings, policies, kernel.rules, kernel._seen)]


async def _opened(kernel: Kernel, policies: Policies) -> Kernel:
    """Open: reading what is the same for every test takes longer than most of them. What a test changes is read anew."""
    for settings, read_for, rules, seen in _read:
        if settings == kernel.settings and read_for is policies:
            kernel._rules, kernel._seen, kernel._checked = rules, seen, time.monotonic()
            kernel._take_keys()
            return kernel
    return await kernel.open()


def _savepoints(connection: AsyncConnection) -> async_sessionmaker:
    """Sessions whose commit is a savepoint's release, which keeps the scope that a real commit ends: it is ended here."""
    sessions: type[Session] = type("Sharing", (Session,), {})

    def end_scope(_: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and not connection.closed:
            with suppress(PendingRollbackError):  # a failed one takes its scope back itself
                connection.sync_connection.exec_driver_sql("SELECT set_config('jiesu.scope', 'system', true)")

    event.listen(sessions, "after_transaction_end", end_scope)
    return async_sessionmaker(
        connection,
        sync_session_class=sessions,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="create_savepoint",
    )


@asynccontextmanager
async def committing_kernel(settings: Settings, clock: Clock, policies: Policies) -> AsyncIterator[Kernel]:
    """The kernel as it is in production, on whatever database the settings name."""
    kernel = _kernel(settings, clock, policies)
    try:
        yield await kernel.open()
    finally:
        await kernel.close()


@asynccontextmanager
async def http(kernel: Kernel) -> AsyncIterator[AsyncClient]:
    """The unaltered application behind an HTTP client, in the test's own event loop, so that requests may overlap."""
    app = _application(kernel)
    ready, stop = asyncio.Event(), asyncio.Event()
    life = asyncio.create_task(_live(app, ready, stop))
    await asyncio.wait([life, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver.local") as client:
            yield client
    finally:
        stop.set()
        await life


#: The applications made, and their settings: making one takes longer than most tests. A worker's own two come first.
_made: list[tuple[Settings, Litestar]] = []


def _application(kernel: Kernel) -> Litestar:
    """The application for the kernel's settings; all that a request works with is new."""
    for settings, app in _made:
        if settings == kernel.settings:
            app.state.update(collaborators(kernel, app.state.limits))
            return app
    app = create_app(kernel=kernel)
    del _made[3:]
    _made.append((kernel.settings, app))
    return app


async def _live(app: Litestar, ready: asyncio.Event, stop: asyncio.Event) -> None:
    """Start and stop in one task, as the application's cancel scopes want it; fixtures begin and end in two."""
    async with app.lifespan():
        ready.set()
        await stop.wait()
