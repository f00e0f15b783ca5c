"""按时办理: how the dates that fell due in a month were kept, clock by clock, and how late in working hours the others were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import mean, median

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select

from jiesu.db.uow import UnitOfWork
from jiesu.kit.calendar import Calendars
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.models import LIVE, ClockState, Deadline
from jiesu.statistics.query import MonthSpan
from jiesu.tickets.models import Ticket

__all__ = ["CLOCKS", "Kept", "Punctual", "hours_late", "kept_of", "punctual_tickets"]

#: Whose dates these are; co-handlers' are a figure of their own.
CLOCKS = (ClockKind.PETITIONER, ClockKind.UNIT)
#: Whose date it is: the unit on whose clock it runs, else the one that has the ticket.
UNIT = func.coalesce(Deadline.unit, Ticket.lead_unit, Ticket.desk_unit)


@dataclass
class Kept:
    """Dates of one clock and target: kept, missed (found late, or late and still running), and not due yet."""

    clock: ClockKind
    target: Target
    on_time: int = 0
    late: int = 0
    open: int = 0
    #: Working hours of each late one.
    hours: list[float] = field(default_factory=list)

    @property
    def mean_hours(self) -> float | None:
        return mean(self.hours) if self.hours else None

    @property
    def median_hours(self) -> float | None:
        return median(self.hours) if self.hours else None


@dataclass(frozen=True)
class Punctual:
    """One date, and how it was kept: on_time, late, open."""

    number: str
    title: str
    unit: str
    clock: ClockKind
    target: Target
    due_at: datetime
    done_at: datetime | None
    how: str
    hours: float | None


def hours_late(calendars: Calendars, unit: str | None, due_at: datetime, done_at: datetime) -> float:
    """Office time from the date to the deed, by the unit's hours; the petitioner's (None) by the network's."""
    calendar = calendars.of(unit) if unit else calendars.default
    return calendar.working_time_between(due_at, done_at).total_seconds() / 3600


def _how(now: datetime) -> ColumnElement[str]:
    """One that stands still is not late, however long that lasts."""
    late = or_(Deadline.state == ClockState.MISSED, and_(Deadline.state == ClockState.RUNNING, Deadline.due_at < now))
    return case((Deadline.state == ClockState.MET, "on_time"), (late, "late"), else_="open")


def _due(month: MonthSpan) -> tuple[ColumnElement[bool], ...]:
    return (
        Deadline.clock.in_([literal_column(f"'{clock}'") for clock in CLOCKS]),  # as the index has it
        Deadline.state.in_((ClockState.MET, ClockState.MISSED, *LIVE)),
        Deadline.due_at >= month.start,
        Deadline.due_at < month.end,
    )


def _of_ticket(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a ticket of which this holds. OFFSET 0: each is looked up by its key, where a join would read the whole table."""
    found = select(Ticket.id).where(Ticket.id == Deadline.ticket_id, *which).offset(literal_column("0"))
    return found.correlate(Deadline).exists()


async def kept_of(
    uow: UnitOfWork, calendars: Calendars, month: MonthSpan, units: Sequence[str], within: ColumnElement[bool]
) -> list[Kept]:
    """Of dates that fell due in the month, in the order of clocks and targets. What was dropped in time counts nowhere."""
    how = _how(uow.now).label("how")
    due = (*_due(month), _of_ticket(UNIT.in_(units), within))
    counting = select(Deadline.clock, Deadline.target, how, func.count()).where(*due)
    counting = counting.group_by(Deadline.clock, Deadline.target, how)
    found: dict[tuple[ClockKind, Target], Kept] = {}
    for clock, target, name, number in await uow.session.execute(counting):
        kept = found.setdefault((clock, target), Kept(clock, target))
        setattr(kept, name, getattr(kept, name) + number)
    columns = (Deadline.clock, Deadline.target, Deadline.unit, Deadline.due_at, Deadline.stopped_at)
    late = select(*columns).where(*due, _how(uow.now) == "late")
    hours = defaultdict(list)
    for clock, target, unit, due_at, done_at in await uow.session.execute(late):
        hours[clock, target].append(hours_late(calendars, unit, due_at, done_at or uow.now))
    for key, each in hours.items():
        found[key].hours = sorted(each)
    return [found[key] for key in sorted(found, key=lambda key: (CLOCKS.index(key[0]), list(Target).index(key[1])))]


async def punctual_tickets(
    uow: UnitOfWork,
    calendars: Calendars,
    month: MonthSpan,
    units: Sequence[str],
    within: ColumnElement[bool],
    clock: ClockKind,
    target: Target,
) -> list[Punctual]:
    """Exactly the dates behind one line, by the date."""
    query = (
        select(
            Ticket.number, Ticket.title, UNIT, Deadline.unit, Deadline.due_at, Deadline.stopped_at,
            _how(uow.now).label("how"),
        )
        .join(Ticket, Ticket.id == Deadline.ticket_id)
        .where(*_due(month), UNIT.in_(units), within, Deadline.clock == clock, Deadline.target == target)
        .order_by(Deadline.due_at, Deadline.id)
    )  # fmt: skip
    return [
        Punctual(
            number=number, title=title, unit=unit, clock=clock, target=target, due_at=due_at, done_at=done_at, how=how,
            hours=hours_late(calendars, own, due_at, done_at or uow.now) if how == "late" else None,
        )
        for number, title, unit, own, due_at, done_at, how in await uow.session.execute(query)
    ]  # fmt: skip
