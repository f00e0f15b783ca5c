"""The clocks of one ticket: starting, stopping, pausing, and moving them only where the rules say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import Calendars, WorkingCalendar
from jiesu.sla.classes import ServiceClass
from jiesu.sla.deadlines import Due, PlannedDeadline, class_deadlines, due, due_after_pauses, ending, remaining, resume
from jiesu.sla.deadlines import Pause as Span
from jiesu.sla.limits import AT_ONCE, BY_STEP, FINAL, PERSONAL, RECURRING, ClockKind, Limit, Target, stops
from jiesu.sla.models import LIVE, ClockState, Deadline, Move, MoveCause, Pause
from jiesu.tickets.models import Ticket

__all__ = ["TicketClocks", "limit_of", "planned"]

PETITIONERS, UNITS = ClockKind.PETITIONER, ClockKind.UNIT


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

    @property
    def promise(self) -> Deadline | None:
        """The newest final deadline of the petitioner's clock, kept or not: what the petitioner was told."""
        finals = [row for row in self.rows if row.clock is PETITIONERS and row.target in FINAL]
        return next((row for row in reversed(finals) if row.state is not ClockState.CANCELLED), None)

    def arm(
        self,
        service_class: ServiceClass,
        clock: ClockKind,
        calendar: WorkingCalendar,
        *,
        only: Collection[Target] = AT_ONCE,
        start: datetime | None = None,
    ) -> None:
        """Start a clock: unless told otherwise, the petitioner's from registration, the unit's from now.

        Nobody is owed a contact or news on an anonymous ticket. Pauses already over are added, so that changing the
        class loses none.
        """
        ticket = self._ticket
        wanted = [target for target in only if ticket.petitioner_id is not None or target not in PERSONAL]
        start = start or (ticket.registered_at if clock is PETITIONERS else self._uow.now)
        for plan in class_deadlines(service_class, clock, start, calendar, wanted):
            self._add(plan, service_class.code, calendar)

    def begin_beside(
        self, target: Target, clock: ClockKind, limit: Limit, unit: str, calendar: WorkingCalendar
    ) -> Deadline:
        """Begin, now, what a step asks of a unit beside the two clocks, or on the petitioner's of an organ above."""
        end = due(limit, self._uow.now, calendar)
        plan = PlannedDeadline(clock, target, limit, self._uow.now, end.due_at, end.provisional)
        return self._add(plan, self._ticket.service_class, calendar, unit)

    def start(
        self,
        service_class: ServiceClass,
        targets: Collection[Target],
        calendar: WorkingCalendar,
        *,
        at: datetime | None = None,
    ) -> None:
        """Begin what recurs or is asked for, now unless told otherwise: where the class has it and none runs yet."""
        for target in set(targets) - {row.target for row in self.live()}:
            clock = UNITS if target in RECURRING else PETITIONERS
            self.arm(service_class, clock, calendar, only={target}, start=at or self._uow.now)

    def renew(self, service_class: ServiceClass, targets: Collection[Target], calendar: WorkingCalendar) -> None:
        """Meet what recurs, and begin the next of each that ran."""
        running = {row.target for row in self.live(UNITS, targets)}
        self.meet(running, UNITS)
        self.start(service_class, running, calendar)

    def _add(
        self, plan: PlannedDeadline, service_class: str, calendar: WorkingCalendar, unit: str | None = None
    ) -> Deadline:
        petitioners = plan.clock is PETITIONERS
        end = self.reckon(plan, calendar)
        row = Deadline(
            ticket_id=self._ticket.id,
            clock=plan.clock,
            target=plan.target,
            service_class=service_class,
            round=0 if petitioners else self._ticket.rounds,
            unit=unit if petitioners else unit or self._ticket.lead_unit,
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
        return row

    def reckon(self, plan: PlannedDeadline, calendar: WorkingCalendar) -> Due:
        """When it ends, with the pauses that are over by now."""
        spans = self._spans(plan.target, plan.start_at)
        return (
            due_after_pauses(plan.limit, plan.start_at, spans, calendar)
            if spans
            else Due(plan.due_at, plan.provisional)
        )

    def meet(self, targets: Collection[Target], clock: ClockKind | None = None) -> None:
        """What was promised has happened now: in time it is met, late it is missed."""
        for row in list(self.live(clock, targets)):
            self._stop(row, ClockState.MISSED if self.late(row) else ClockState.MET)

    def drop(self, clock: ClockKind | None = None, targets: Collection[Target] = tuple(Target)) -> None:
        """Nobody owes it any longer. What is overdue already stays missed."""
        for row in list(self.live(clock, targets)):
            self._stop(row, ClockState.MISSED if self.late(row) else ClockState.CANCELLED)

    def settle_beside(self, target: Target, *, unit: str | None = None, key: int | None = None, done: bool) -> None:
        """What a unit owed beside the two clocks is done, or is no longer owed; `key` is a deadline's own."""
        for row in [row for row in self.live(targets={target}) if unit in (None, row.unit) and key in (None, row.id)]:
            self._stop(row, ClockState.MISSED if self.late(row) else ClockState.MET if done else ClockState.CANCELLED)

    def late(self, row: Deadline) -> bool:
        """Whether it is overdue now; one that stands still is not, however long that lasts."""
        return row.state is ClockState.RUNNING and row.due_at < self._uow.now

    def _stop(self, row: Deadline, state: ClockState) -> None:
        row.state = state
        row.stopped_at = self._uow.now
        self.stopped.append(row)

    def run_on(self) -> None:
        """Set the petitioner's final deadline going again as it was: it never resets (domain.md §4)."""
        row = self.promise
        if row is not None and row.state in (ClockState.MET, ClockState.MISSED):
            row.state = ClockState.RUNNING
            row.stopped_at = None
            self.restarted.append(row)

    def held(self, since: datetime | None) -> Deadline | None:
        """The petitioner's final deadline that was dropped at that moment, when the ticket joined another (并案)."""
        finals = (row for row in self._dropped(since) if row.clock is PETITIONERS and row.target in FINAL)
        return next(finals, None)

    def wake(self, since: datetime) -> None:
        """Set going again, with the dates they had, what was dropped at that moment; a contact made meanwhile counts."""
        contact = self._ticket.first_contact_at
        for row in list(self._dropped(since)):
            if row.target is Target.FIRST_CONTACT and contact is not None:
                row.state = ClockState.MET if contact <= row.due_at else ClockState.MISSED
                row.stopped_at = contact
                continue
            row.state, row.stopped_at = ClockState.RUNNING, None
            self.restarted.append(row)

    def meet_held(self, targets: Collection[Target], since: datetime | None) -> None:
        """What was dropped at that moment has happened all the same: in time it is met, late it is missed."""
        for row in [row for row in self._dropped(since) if row.target in targets]:
            row.state = ClockState.MISSED if row.due_at < self._uow.now else ClockState.MET
            row.stopped_at = self._uow.now

    def _dropped(self, since: datetime | None) -> Iterator[Deadline]:
        ended = (ClockState.CANCELLED, ClockState.MISSED)
        dropped = (row for row in self.rows if since is not None and row.stopped_at == since and row.state in ended)
        return (row for row in dropped if row.target not in BY_STEP)  # what a step asked for ended with it

    def pause(self, reason: str, calendars: Calendars) -> None:
        """Stop the running clocks that such a pause stops, noting what remains; what is late already stays late."""
        now = self._uow.now
        pause = Pause(ticket_id=self._ticket.id, reason=reason, began_at=now)
        self._uow.session.add(pause)
        self.pauses.append(pause)
        for row in [row for row in self.rows if row.state is ClockState.RUNNING and row.due_at > now]:
            if stops(reason, row.target):
                self._hold(row, calendars.of(row.unit))

    def _hold(self, row: Deadline, calendar: WorkingCalendar) -> None:
        earlier = self._spans(row.target, row.start_at)
        row.remaining = remaining(limit_of(row), row.start_at, row.due_at, self._uow.now, calendar, earlier=earlier)
        row.state = ClockState.PAUSED
        self.stopped.append(row)

    def resume(self, calendars: Calendars) -> None:
        """Let paused clocks run on with what remained."""
        for pause in self.pauses:
            pause.ended_at = pause.ended_at or self._uow.now
        for row in [row for row in self.rows if row.state is ClockState.PAUSED]:
            row.state = ClockState.RUNNING
            if row.remaining is not None:
                calendar = calendars.of(row.unit)
                end = resume(limit_of(row), row.remaining, self._uow.now, calendar)
                self.move(row, end, MoveCause.RESUMED, calendar)
            row.remaining = None

    def extend(self, until: datetime, calendars: Calendars) -> None:
        """Move the final deadlines of both clocks to `until`; one that is later already stays."""
        for row in [row for row in self.live(targets=FINAL) if row.due_at < until]:
            calendar = calendars.of(row.unit)
            self.move(row, ending(until, calendar), MoveCause.EXTENDED, calendar)

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

    def _spans(self, target: Target, start: datetime) -> list[Span]:
        """Pauses of the target that began after `start` and are over."""
        return [
            Span(pause.began_at, pause.ended_at, pause.reason)
            for pause in self.pauses
            if pause.ended_at is not None and start <= pause.began_at < self._uow.now and stops(pause.reason, target)
        ]

    async def settle(self) -> None:
        """Give the added rows their keys, so that they can be moved."""
        await self._uow.settle(*self.added)

    async def save(self) -> None:
        """Write the rows, and on the ticket the moment its queue is sorted by: a co-handler's lateness is not the lead's."""
        running = [
            row.due_at for row in self.rows if row.state is ClockState.RUNNING and row.clock is not ClockKind.CO_HANDLER
        ]
        self._ticket.next_due_at = min(running, default=None)
        await self.settle()


def limit_of(row: Deadline) -> Limit:
    """The limit the deadline was armed with."""
    return Limit(row.amount, row.per)  # type: ignore[arg-type]  # the column holds only units of Limit


def planned(row: Deadline) -> PlannedDeadline:
    """The row as the pure modules know it."""
    return PlannedDeadline(row.clock, row.target, limit_of(row), row.start_at, row.due_at, row.provisional)
