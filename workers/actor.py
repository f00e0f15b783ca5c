"""From a job row to a use case: each kind of job has one handler, and its effect happens exactly once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from jiesu.db import jobs
from jiesu.db.jobs import Job
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from workers.broker import URGENT

__all__ = ["HANDLERS", "Handler", "Outside", "handles", "perform"]

log = structlog.get_logger(__name__)

#: Tries before a job becomes a dead letter, and the wait after the first; it doubles up to an hour.
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)

Handle = Callable[[UnitOfWork, Rules, dict[str, Any]], Awaitable[object]]
HandleOutside = Callable[[Kernel, dict[str, Any]], Awaitable[object]]


@dataclass(frozen=True)
class Handler:
    """Works within the transaction that deletes the job row."""

    run: Handle
    queue: str


@dataclass(frozen=True)
class Outside:
    """Calls something outside (SMS, HTTP): no transaction is open meanwhile, and the call carries an idempotency key."""

    run: HandleOutside
    queue: str


HANDLERS: dict[str, Handler | Outside] = {}


def handles(kind: str, *, queue: str = URGENT) -> Callable[[Handle], Handle]:
    """Register a handler for a kind of job."""

    def register(function: Handle) -> Handle:
        HANDLERS[kind] = Handler(function, queue)
        return function

    return register


def handles_outside(kind: str, *, queue: str = URGENT) -> Callable[[HandleOutside], HandleOutside]:
    """Register a handler that talks to the outside."""

    def register(function: HandleOutside) -> HandleOutside:
        HANDLERS[kind] = Outside(function, queue)
        return function

    return register


async def perform(kernel: Kernel, kind: str, ids: Sequence[int]) -> None:
    """Do jobs of one kind: all in one transaction where that works, one by one where one of them fails.

    Jobs already done are passed over. A failing job is postponed, in the end buried; the others are not held up.
    """
    handler = HANDLERS[kind]
    if isinstance(handler, Outside):
        for job_id in ids:
            await _guarded(kernel, job_id, _perform_outside(kernel, handler, job_id))
        return
    if len(ids) > 1:
        try:
            await _perform(kernel, handler, ids)
        except Exception as error:  # the culprit is found below, by itself
            log.info("batch split", kind=kind, jobs=len(ids), error=type(error).__name__)
        else:
            return
    for job_id in ids:
        await _guarded(kernel, job_id, _perform(kernel, handler, [job_id]))


async def _perform(kernel: Kernel, handler: Handler, ids: Sequence[int]) -> None:
    rules = await kernel.refresh()
    async with kernel.db.begin() as uow:
        await _lock_tickets(uow, ids)
        for job in await jobs.take(uow.session, ids):
            await handler.run(uow, rules, job.payload)


async def _lock_tickets(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Lock the tickets before their job rows, as every step of a person does, and in one order: so nobody deadlocks."""
    theirs = select(Job.ticket_id).where(Job.id.in_(ids))
    await uow.session.execute(select(Ticket.id).where(Ticket.id.in_(theirs)).order_by(Ticket.id).with_for_update())


async def _perform_outside(kernel: Kernel, handler: Outside, job_id: int) -> None:
    async with kernel.db.begin() as uow:
        job = await uow.session.get(Job, job_id)
    if job is None:
        return
    await handler.run(kernel, job.payload)
    async with kernel.db.begin() as uow:
        await jobs.take(uow.session, [job_id])


async def _guarded(kernel: Kernel, job_id: int, work: Awaitable[None]) -> None:
    try:
        await work
    except DomainError as error:  # trying again would not change the rules
        log.warning("job refused", job=job_id, error=str(error))
        async with kernel.db.begin() as uow:
            await jobs.bury(uow.session, job_id, f"{error.code}: {error}", uow.now)
    except Exception as error:
        log.warning("job failed", job=job_id, error=f"{type(error).__name__}: {error}")
        await _try_later(kernel, job_id, error)


async def _try_later(kernel: Kernel, job_id: int, error: Exception) -> None:
    async with kernel.db.begin() as uow:
        job = await uow.session.get(Job, job_id, with_for_update=True)
        if job is None:
            return
        if job.tries + 1 >= MOST_TRIES:
            job.tries += 1
            await uow.session.flush()
            await jobs.bury(uow.session, job_id, f"{type(error).__name__}: {error}", uow.now)
        else:
            wait = min(FIRST_WAIT * 2**job.tries, LONGEST_WAIT)
            await jobs.postpone(uow.session, job_id, uow.now + wait)
