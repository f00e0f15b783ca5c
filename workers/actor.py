"""From a job row to a use case: each kind of job has one handler, and its effect happens exactly once."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select, union
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import aliased

from jiesu import tracing
from jiesu.db import jobs
from jiesu.db.jobs import Job
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.clock import span_of
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from workers import metrics

__all__ = [
    "HANDLERS",
    "Handler",
    "Outside",
    "Together",
    "batch_size",
    "handles",
    "handles_outside",
    "handles_together",
    "outside_kinds",
    "perform",
    "when_given_up",
]

log = structlog.get_logger(__name__)

#: Tries before a job becomes a dead letter, and the wait after the first, really waited; it doubles up to an hour.
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)

#: Jobs handed over in one message and done in one transaction.
BATCH = 100

Handle = Callable[[UnitOfWork, Rules, dict[str, Any]], Awaitable[object]]
HandleLoss = Callable[[UnitOfWork, dict[str, Any]], Awaitable[object]]
HandleTogether = Callable[[UnitOfWork, Rules, list[dict[str, Any]]], Awaitable[object]]
HandleOutside = Callable[[Kernel, dict[str, Any]], Awaitable[object]]


@dataclass(frozen=True)
class Handler:
    """Works within the transaction that deletes the job row."""

    run: Handle

    async def __call__(self, uow: UnitOfWork, rules: Rules, payloads: list[dict[str, Any]]) -> None:
        for payload in payloads:
            await self.run(uow, rules, payload)


@dataclass(frozen=True)
class Together:
    """Does a whole batch within the transaction that deletes its rows. When it fails, each is done as a batch of one."""

    run: HandleTogether

    async def __call__(self, uow: UnitOfWork, rules: Rules, payloads: list[dict[str, Any]]) -> None:
        await self.run(uow, rules, payloads)


@dataclass(frozen=True)
class Outside:
    """Calls something outside (SMS, HTTP): no transaction is open meanwhile, and the call carries an idempotency key."""

    run: HandleOutside


HANDLERS: dict[str, Handler | Together | Outside] = {}
#: What follows, in the same transaction, when a job of the kind is given up.
GIVEN_UP: dict[str, HandleLoss] = {}


def handles(kind: str) -> Callable[[Handle], Handle]:
    """Register a handler for a kind of job."""

    def register(function: Handle) -> Handle:
        HANDLERS[kind] = Handler(function)
        return function

    return register


def handles_together(kind: str) -> Callable[[HandleTogether], HandleTogether]:
    """Register a handler that is given the payloads of a whole batch, the longest due first."""

    def register(function: HandleTogether) -> HandleTogether:
        HANDLERS[kind] = Together(function)
        return function

    return register


def handles_outside(kind: str) -> Callable[[HandleOutside], HandleOutside]:
    """Register a handler that talks to the outside."""

    def register(function: HandleOutside) -> HandleOutside:
        HANDLERS[kind] = Outside(function)
        return function

    return register


def when_given_up(kind: str) -> Callable[[HandleLoss], HandleLoss]:
    """Register what follows when a job of this kind becomes a dead letter."""

    def register(function: HandleLoss) -> HandleLoss:
        GIVEN_UP[kind] = function
        return function

    return register


def batch_size(kind: str) -> int:
    """Jobs in one message. A call outside goes by itself: it may take long, and what is urgent waits for a free thread."""
    return 1 if isinstance(HANDLERS.get(kind), Outside) else BATCH


def outside_kinds() -> list[str]:
    """Kinds whose work calls something outside."""
    return [kind for kind, handler in HANDLERS.items() if isinstance(handler, Outside)]


async def perform(kernel: Kernel, kind: str, ids: Sequence[int]) -> None:
    """Do jobs of one kind: all in one transaction where that works, one by one where one of them fails.

    Jobs already done are passed over. A failing job is postponed, in the end buried; the others are not held up.
    Raises only while the database is away; then it may be called again.
    """
    handler = HANDLERS[kind]
    if not isinstance(handler, Outside) and len(ids) > 1:
        try:
            await _perform(kernel, handler, ids)
        except Exception as error:  # the culprit is found below, by itself
            log.info("batch split", kind=kind, jobs=len(ids), error=type(error).__name__)
        else:
            return
    for job_id in ids:
        tracing.name_request(None)
        work = (
            _perform_outside(kernel, handler, job_id)
            if isinstance(handler, Outside)
            else _perform(kernel, handler, [job_id])
        )
        await _guarded(kernel, kind, job_id, work)


async def _perform(kernel: Kernel, handler: Handler | Together, ids: Sequence[int]) -> None:
    rules, started, began = await kernel.refresh(), time.monotonic(), time.time_ns()
    with ExitStack() as traced:
        async with kernel.db.begin() as uow:
            await _lock_tickets(uow, ids)
            taken = await jobs.take(uow.session, ids)
            if taken:
                uow.span = traced.enter_context(tracing.for_work(taken[0].kind, [job.origin for job in taken], began))
                uow.requests = {job.ticket_id: tracing.request_of(job.origin) for job in taken}
                await handler(uow, rules, [job.payload for job in taken])
    metrics.done(taken, uow.now, time.monotonic() - started)


async def _lock_tickets(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Lock the tickets before their job rows, as every step of a person does, and in one order: so nobody deadlocks."""
    part = aliased(Ticket)
    theirs = select(Job.ticket_id).where(Job.id.in_(ids))
    wholes = select(part.part_of).join(Job, Job.ticket_id == part.id).where(Job.id.in_(ids), part.part_of.is_not(None))
    wanted = Ticket.id.in_(union(theirs, wholes))
    await uow.session.execute(select(Ticket.id).where(wanted).order_by(Ticket.id).with_for_update())


async def _perform_outside(kernel: Kernel, handler: Outside, job_id: int) -> None:
    async with kernel.db.begin() as uow:
        job = await uow.session.get(Job, job_id)
    if job is None:
        return
    began, started = uow.now, time.monotonic()
    with tracing.for_work(job.kind, [job.origin], time.time_ns()):
        await handler.run(kernel, job.payload)
        async with kernel.db.begin() as uow:
            taken = await jobs.take(uow.session, [job_id])
    metrics.done(taken, began, time.monotonic() - started)


async def _guarded(kernel: Kernel, kind: str, job_id: int, work: Awaitable[None]) -> None:
    try:
        await work
    except DomainError as error:  # trying again would not change the rules
        metrics.failed(kind)
        log.warning("job refused", job=job_id, error=str(error))
        async with kernel.db.begin() as uow:
            await jobs.bury(uow.session, job_id, f"{error.code}: {error}", uow.now)
        metrics.lost(kind)
    except Exception as error:
        if _database_away(error):
            raise
        metrics.failed(kind)
        reason = _reason(error)
        log.warning("job failed", job=job_id, error=reason)
        await _try_later(kernel, kind, job_id, reason)


def _database_away(error: Exception) -> bool:
    """Then the fault is not the job's: no try is counted, and Dramatiq hands the message over again."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or (isinstance(error, OperationalError) and (state or "57P").startswith("57P"))


def _reason(error: Exception) -> str:
    """Its first line: what a database adds below it may quote what people wrote, and administrators read this."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


async def _try_later(kernel: Kernel, kind: str, job_id: int, reason: str) -> None:
    async with kernel.db.begin() as uow:
        job = await uow.session.get(Job, job_id, with_for_update=True)
        if job is None:
            return
        if job.tries + 1 >= MOST_TRIES:
            job.tries += 1
            await uow.session.flush()
            payload = job.payload
            await jobs.bury(uow.session, job_id, reason, uow.now)
            if kind in GIVEN_UP:
                await GIVEN_UP[kind](uow, payload)
            count = metrics.lost
        else:
            wait = min(FIRST_WAIT * 2**job.tries, LONGEST_WAIT)
            await jobs.postpone(uow.session, job_id, uow.now + span_of(kernel.clock, wait.total_seconds()))
            count = metrics.retried
    count(kind)
