"""今天要打的电话: petitioners whom the unit's officers meant to call by now or later today."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.rows import NOT_SHOWN, QueueRow, queue_row
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from jiesu.tickets.words import Status

__all__ = ["CallRow", "calls_today"]

#: More than anybody calls in a day.
MOST = 100


class CallRow(msgspec.Struct, frozen=True):
    """Whom to call about what; `late` once the moment is past."""

    number: str
    title: str
    next_call_at: datetime
    late: bool
    due_at: datetime | None
    due: str | None
    overdue: bool
    soon: bool


async def calls_today(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale = "zh") -> list[CallRow]:
    """Of the person's own unit, the soonest first; empty for whoever handles nothing."""
    query = select(Ticket).where(_planned(staff, uow.now)).order_by(Ticket.next_call_at, Ticket.id).limit(MOST)
    rows = await uow.session.scalars(query.options(*NOT_SHOWN))
    return [_row(row, queue_row(row, rules, uow.now, locale), uow.now) for row in rows]


def _row(ticket: Ticket, line: QueueRow, now: datetime) -> CallRow:
    moment = ticket.next_call_at or now
    return CallRow(
        number=line.number,
        title=line.title,
        next_call_at=moment.astimezone(SHANGHAI),
        late=moment < now,
        due_at=line.due_at,
        due=line.due,
        overdue=line.overdue,
        soon=line.soon,
    )


def _planned(staff: Staff, now: datetime) -> ColumnElement[bool]:
    tomorrow = now.astimezone(SHANGHAI).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), SHANGHAI)
    unit = staff.unit if staff.has(Right.HANDLE) else ""
    return and_(
        Ticket.lead_unit == unit,
        Ticket.next_call_at < midnight,
        Ticket.next_call_at.is_not(None),
        Ticket.status == Status.IN_PROGRESS,
        visible_to(staff),
    )
