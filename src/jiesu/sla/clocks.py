"""The clocks of one ticket: starting, stopping, pausing, and moving them only where the rules say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import WorkingCalendar
from jiesu.sla.classes import ServiceClass
from jiesu.sla.deadlines import Due, PlannedDeadline, class_deadlines, due_after_pauses, remaining, resume
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.limits import AT_ONCE, FINAL, ClockKind, Limit, Target
from jiesu.sla.models import ClockState, Deadline, Move, MoveCause, Pause
from jiesu.tickets.models import Ticket

__all__ = ["TicketClocks", "planned"]

#: States in which a deadline still binds somebody.
LIVE = (ClockState.RUNNING, ClockState.PAUSED)


class TicketClocks:
    """All deadlines and pauses of a locked ticket.

    `added`, `restarted` (set going again) and `stopped` tell the ladder what to schedule and what to take back.
    """

    def __init__(
        self, uow: UnitOfWork, ticket: Ticket, rows: Sequence[Deadline] = (), pauses: Sequence[Pause] = ()
    ) -> None:
        self._uow = uow
        self._ticket = ticket
        self.rows = list(rows)
        self.pauses = list(pauses)
        self.begin_change()

    def begin_change(self) -> None:
        """Forget what changed so far: it was saved."""
        self.added: list[Deadline] = []
        self.restarted: list[Deadline] = []
        self.stopped: list[Deadline] = []

    @classmethod
    async def load(cls, uow: UnitOfWork, ticket: Ticket) -> TicketClocks:
        """Read the ticket's deadlines and pauses."""
        rows = await uow.session.scalars(select(Deadline).where(Deadline.ticket_id == ticket.id).order_by(Deadline.id))
        pauses = await uow.session.scalars(select(Pause).where(Pause.ticket_id == ticket.id).order_by(Pause.id))
        return cls(uow, ticket, rows.all(), pauses.all())

    @classmethod
    async def of(cls, uow: UnitOfWork, ticket: Ticket) -> TicketClocks:
        """The ticket's clocks, read once a transaction."""
        known = uow.memory.get(("clocks", ticket.id))
        if known is None:
            known = uow.memory["clocks", ticket.id] = await cls.load(uow, ticket)
        clocks: TicketClocks = known
        return clocks

    @classmethod
    async def fresh(cls, uow: UnitOfWork, ticket: Ticket) -> TicketClocks:
        """The clocks of a ticket locked only now: what was read before the lock is read again."""
        for model in (Deadline, Pause):
            again = select(model).where(model.ticket_id == ticket.id).execution_options(populate_existing=True)
            (await uow.session.scalars(again)).all()
        uow.memory.pop(("clocks", ticket.id), None)
        return await cls.of(uow, ticket)

    @classmethod
    def begin(cls, uow: UnitOfWork, ticket: Ticket) -> TicketClocks:
        """The clocks of a ticket registered in this transaction, which has none yet."""
        clocks: TicketClocks = uow.memory.setdefault(("clocks", ticket.id), cls(uow, ticket))
        return clocks

    def live(self, clock: ClockKind | None = None, targets: Collection[Target] = tuple(Target)) -> Iterator[Deadline]:
        """Deadlines that still bind, in the order they were armed."""
        return (row for row in self.rows if row.state in LIVE and clock in (None, row.clock) and row.target in targets)

    def arm(
        self,
        service_class: ServiceClass,
        clock: ClockKind,
        calendar: WorkingCalendar,
        *,
        only: Collection[Target] = AT_ONCE,
    ) -> None:
        """Start a clock: the petitioner's from registration, the unit's from now.

        Nobody is owed a first contact on an anonymous ticket. Pauses already over are added to the petitioner's
        deadlines, so that changing the class loses none.
        """
        ticket = self._ticket
        petitioners = clock is ClockKind.PETITIONER
        start = ticket.registered_at if petitioners else self._uow.now
        for plan in class_deadlines(service_class, clock, start, calendar):
            if plan.target in only and not (plan.target is Target.FIRST_CONTACT and ticket.petitioner_id is None):
                self._add(plan, service_class, calendar)

    def _add(self, plan: PlannedDeadline, service_class: ServiceClass, calendar: WorkingCalendar) -> None:
        petitioners = plan.clock is ClockKind.PETITIONER
        spans = self._over_before(self._uow.now) if petitioners else []
        end = due_after_pauses(plan.limit, plan.start_at, spans, calendar)
        row = Deadline(
            ticket_id=self._ticket.id,
            clock=plan.clock,
            target=plan.target,
            service_class=service_class.code,
            round=0 if petitioners else self._ticket.rounds,
            unit=None if petitioners else self._ticket.lead_unit,
            amount=plan.limit.amount,
            per=plan.limit.unit,
            policy_version=self._ticket.policy_version,
            calendar_version=calendar.version,
            start_at=plan.start_at,
            due_at=end.due_at,
            provisional=end.provisional,
            state=ClockState.RUNNING,
            moves=0,
        )
        self._uow.add(row)
        self.rows.append(row)
        self.added.append(row)

    def meet(self, targets: Collection[Target], clock: ClockKind | None = None) -> None:
        """What was promised has happened now: in time it is met, late it is missed."""
        for row in list(self.live(clock, targets)):
            self._stop(row, ClockState.MET if self._uow.now <= row.due_at else ClockState.MISSED)

    def drop(self, clock: ClockKind | None = None) -> None:
        """Nobody owes it any longer. What is overdue already stays missed."""
        for row in list(self.live(clock)):
            self._stop(row, ClockState.CANCELLED if self._uow.now <= row.due_at else ClockState.MISSED)

    def _stop(self, row: Deadline, state: ClockState) -> None:
        row.state = state
        row.stopped_at = self._uow.now
        self.stopped.append(row)

    def run_on(self) -> None:
        """Set the petitioner's final deadline going again as it was: it never resets (domain.md §4)."""
        finals = [row for row in self.rows if row.clock is ClockKind.PETITIONER and row.target in FINAL]
        for row in finals[-1:]:
            if row.state in (ClockState.MET, ClockState.MISSED):
                row.state = ClockState.RUNNING
                row.stopped_at = None
                self.restarted.append(row)

    def reclass(self, service_class: ServiceClass, calendar: WorkingCalendar) -> None:
        """Reckon the petitioner's deadlines anew from the original start; what was met or missed stays so."""
        done = {row.target for row in self.rows if row.clock is ClockKind.PETITIONER and row.state is ClockState.MET}
        self.drop(ClockKind.PETITIONER)
        self.arm(service_class, ClockKind.PETITIONER, calendar, only=AT_ONCE - done)

    def pause(self, reason: str, calendar: WorkingCalendar) -> None:
        """Stop the running clocks, noting what remains of each; what is late already stays late."""
        pause = Pause(ticket_id=self._ticket.id, reason=reason, began_at=self._uow.now)
        self._uow.session.add(pause)
        self.pauses.append(pause)
        for row in [row for row in self.rows if row.state is ClockState.RUNNING and row.due_at > self._uow.now]:
            earlier = [span for span in self._over_before(self._uow.now) if span.start >= row.start_at]
            row.remaining = remaining(limit_of(row), row.start_at, row.due_at, self._uow.now, calendar, earlier=earlier)
            row.state = ClockState.PAUSED
            self.stopped.append(row)

    def resume(self, calendar: WorkingCalendar) -> None:
        """Let paused clocks run on with what remained."""
        for pause in self.pauses:
            pause.ended_at = pause.ended_at or self._uow.now
        for row in [row for row in self.rows if row.state is ClockState.PAUSED]:
            row.state = ClockState.RUNNING
            if row.remaining is not None:
                self.move(
                    row, resume(limit_of(row), row.remaining, self._uow.now, calendar), MoveCause.RESUMED, calendar
                )
            row.remaining = None

    def move(self, row: Deadline, end: Due, cause: MoveCause, calendar: WorkingCalendar) -> bool:
        """Promise another date and keep the old one on record; whether the date is another one at all.

        The ladder starts afresh for the new date: warnings of the old one have been given.
        """
        moved = row.due_at != end.due_at
        if moved:
            move = Move(
                deadline_id=row.id,
                ticket_id=row.ticket_id,
                cause=cause,
                old_due_at=row.due_at,
                new_due_at=end.due_at,
                calendar_version=calendar.version,
                moved_at=self._uow.now,
            )
            self._uow.add(move)
            row.moves += 1
        row.due_at, row.provisional, row.calendar_version = end.due_at, end.provisional, calendar.version
        if row.state is ClockState.RUNNING and row not in self.restarted:
            self.restarted.append(row)
        return moved

    def _over_before(self, moment: datetime) -> list[Span]:
        return [
            Span(pause.began_at, pause.ended_at, pause.reason)
            for pause in self.pauses
            if pause.ended_at is not None and pause.began_at < moment
        ]

    async def save(self) -> None:
        """Write the rows, and on the ticket the moment its queue is sorted by."""
        running = [row.due_at for row in self.rows if row.state is ClockState.RUNNING]
        self._ticket.next_due_at = min(running, default=None)
        await self._uow.settle(*self.added)


def limit_of(row: Deadline) -> Limit:
    """The limit the deadline was armed with."""
    return Limit(row.amount, row.per)  # type: ignore[arg-type]  # the column holds only units of Limit


def planned(row: Deadline) -> PlannedDeadline:
    """The row as the pure modules know it."""
    return PlannedDeadline(row.clock, row.target, limit_of(row), row.start_at, row.due_at, row.provisional)
