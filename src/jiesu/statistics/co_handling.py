"""协办: how co-handlers kept their own dates in a month; no part of the lead's rates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from jiesu.db.uow import UnitOfWork
from jiesu.sla.limits import ClockKind
from jiesu.sla.models import LIVE, ClockState, Deadline
from jiesu.tickets.models import Ticket

__all__ = ["Parts", "parts_of"]


class Parts(NamedTuple):
    """Of one unit: parts that it finished or should have, how many of them late, and how many run."""

    unit: str
    finished: int
    late: int
    open: int


async def parts_of(
    uow: UnitOfWork, units: Collection[str], start: datetime, end: datetime, seen: ColumnElement[bool]
) -> list[Parts]:
    """Tasks that fell due in the span, by unit; what was relieved in time counts nowhere."""
    ended = (ClockState.MET, ClockState.MISSED)
    late = (Deadline.state == ClockState.MISSED) | (Deadline.state.in_(LIVE) & (Deadline.due_at < uow.now))
    query = (
        select(
            Deadline.unit,
            func.count().filter(Deadline.state.in_(ended)),
            func.count().filter(late),
            func.count().filter(Deadline.state.in_(LIVE)),
        )
        .join(Ticket, Ticket.id == Deadline.ticket_id)
        .where(
            Deadline.clock == ClockKind.CO_HANDLER,
            Deadline.state != ClockState.CANCELLED,
            Deadline.unit.in_(units),
            Deadline.due_at >= start,
            Deadline.due_at < end,
            seen,
        )
        .group_by(Deadline.unit)
        .order_by(Deadline.unit)
    )
    found = await uow.session.execute(query)
    return [Parts(unit or "", finished, late_ones, running) for unit, finished, late_ones, running in found]
