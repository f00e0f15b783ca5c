"""Where the play is performed: one transaction, a clock that is moved, an agenda, and the jobs as they fall due."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Row, func, select

from jiesu.db.jobs import Job
from jiesu.db.uow import Database, UnitOfWork
from jiesu.demo.agenda import Agenda, Do
from jiesu.demo.case import Case
from jiesu.demo.cast import Cast
from jiesu.demo.transaction import OneTransaction
from jiesu.escalation.arming import RUNG
from jiesu.escalation.steps import ACK
from jiesu.kernel import Kernel
from jiesu.kit.clock import ManualClock
from jiesu.notifications.tell import SEND_MESSAGE
from jiesu.petitions.issue import RENDER
from jiesu.rules import Rules
from jiesu.sla.models import ClockState, Deadline
from jiesu.statistics.fold import FOLD
from jiesu.tickets.words import Status

__all__ = ["Act", "DueJob", "Perform", "Stage"]

#: Does jobs of one kind, given their ids: `workers.actor.perform`, handed in because nothing here imports workers.
Perform = Callable[[Kernel, str, Sequence[int]], Awaitable[None]]
#: How soon, in simulated time, the play looks for newly promised jobs: of urgent tickets, and of others.
LOOK_AT_ONCE, LOOK = timedelta(minutes=2), timedelta(minutes=30)
URGENT = frozenset({"P0", "P1"})


Act = Callable[["Stage", Case], Awaitable[None]]
DueJob = Row[int, str, datetime, dict[str, str], int]


class Stage:
    """The state of one play. `follow` plans a case's next act, `answer` what a job that was done sets off."""

    def __init__(
        self,
        kernel: Kernel,
        db: Database,
        uow: UnitOfWork,
        clock: ManualClock,
        *,
        cast: Cast,
        perform: Perform,
        seed: int,
        end: datetime,
        follow: Callable[[Stage, Case], None],
        answer: Callable[[Stage, Case, DueJob], None],
    ) -> None:
        self._db = OneTransaction(db.engine, db.sessions, clock, db.react, uow)
        self.kernel = copy.copy(kernel)
        self.kernel.clock, self.kernel.db = clock, self._db
        self.uow, self.clock, self.cast, self.seed, self.end = uow, clock, cast, seed, end
        self.cases: dict[int, Case] = {}
        self.agenda = Agenda()
        self._perform, self._follow, self._answer = perform, follow, answer
        self._look_at: datetime | None = None
        self._newest_job = 0
        self._batches: dict[tuple[datetime, str], list[DueJob]] = {}

    @property
    def rules(self) -> Rules:
        return self.kernel.rules

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def play(self, seen: Callable[[datetime], None]) -> None:
        """Perform everything up to the end; `seen` is told the moment after each entry. Raises what went wrong."""
        self._newest_job = await self.uow.session.scalar(select(func.max(Job.id))) or 0
        while entry := self.agenda.pop(self.end) or await self._last_look():
            when, do = entry
            self._set(when)
            await do()
            await self.uow.session.flush()
            seen(when)

    def _set(self, when: datetime) -> None:
        self.clock.set(when)
        self.uow.now = when

    async def _last_look(self) -> tuple[datetime, Do] | None:
        """What the last acts promised for a moment before the end, so that no due job is left behind."""
        self._set(self.end)
        await self._look()
        return self.agenda.pop(self.end)

    def plan(self, case: Case, when: datetime, act: Act) -> None:
        """Put down the case's next act in place of the one planned before."""
        case.turn += 1
        case.next_at = when
        self.agenda.add(when, partial(self._next, case, case.turn, act))

    def aside(self, case: Case, when: datetime, act: Act) -> None:
        """Put down something that happens besides, whatever else is planned."""
        self.agenda.add(when, partial(self._besides, case, act))

    def hurry(self, case: Case, when: datetime, act: Act) -> None:
        """Bring the planned act forward."""
        if case.next_at is not None and when < case.next_at:
            self.plan(case, when, act)

    def replan(self, case: Case) -> None:
        """Plan the case's next act anew, because its dates are others."""
        self._follow(self, case)

    async def _next(self, case: Case, turn: int, act: Act) -> None:
        if case.turn == turn:
            case.next_at = None
            await act(self, case)
            self._follow(self, case)
            self._look_soon(case)

    async def _besides(self, case: Case, act: Act) -> None:
        before = case.ticket.status
        await act(self, case)
        self._moved(case, before)
        self._look_soon(case)

    def _moved(self, case: Case, before: Status) -> None:
        """What was planned for the former status is off."""
        if case.ticket.status is not before:
            case.turn += 1
            case.next_at = None
            self._follow(self, case)

    def _look_soon(self, case: Case) -> None:
        when = self.now + (LOOK_AT_ONCE if case.ticket.service_class in URGENT else LOOK)
        if self._look_at is None or when < self._look_at:
            self._look_at = when
            self.agenda.add(when, self._look)

    async def _look(self) -> None:
        """Put down the jobs promised since the last look. Messages are delivered, and answers counted, together at the end."""
        self._look_at = None
        fresh = select(Job.id, Job.kind, Job.run_at, Job.payload, Job.ticket_id).where(
            Job.id > self._newest_job, Job.kind.not_in((SEND_MESSAGE, FOLD)), Job.run_at <= self.end
        )
        for job in (await self.uow.session.execute(fresh.order_by(Job.id))).all():
            self._newest_job = job.id
            if job.ticket_id in self.cases:
                self._expect(max(job.run_at, self.now), job)

    def _expect(self, when: datetime, job: DueJob) -> None:
        """Put the job down; those of one kind and one moment are done together, as the relay would hand them over."""
        batch = self._batches.setdefault((when, job.kind), [])
        if not batch:
            self.agenda.add(when, partial(self._due, when, job.kind))
        batch.append(job)

    async def _due(self, when: datetime, kind: str) -> None:
        batch = [job for job in self._batches.pop((when, kind)) if await self._still_promised(job)]
        if not batch:
            return
        before = {job.ticket_id: self.cases[job.ticket_id].ticket.status for job in batch}
        await self._perform(self.kernel, kind, [job.id for job in batch])
        if self._db.failures:
            raise self._db.failures[0]
        for job in batch:
            case = self.cases[job.ticket_id]
            self._answer(self, case, job)
            self._moved(case, before[job.ticket_id])
            self._look_soon(case)

    async def _still_promised(self, job: DueJob) -> bool:
        """Whether the job was not taken back meanwhile, as far as memory tells: spares most questions to the database."""
        if job.kind == RUNG:
            deadline = await self.uow.session.get(Deadline, job.payload["deadline_id"])
            running = deadline is not None and deadline.state is ClockState.RUNNING
            if deadline is None or not running or not deadline.moves:
                return running
            return await self.uow.session.scalar(select(Job.id).where(Job.id == job.id)) is not None
        return job.kind in (ACK, RENDER) or self.cases[job.ticket_id].ticket.is_open
