"""What a change of the organisation touches: open tickets, posts and hours of the units in question, in numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from jiesu.accounts.models import StaffRow
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.tickets.models import Ticket
from jiesu.tickets.states import OPEN

__all__ = ["open_tickets", "posts_at"]


async def open_tickets(uow: UnitOfWork, units: Collection[str]) -> Mapping[str, int]:
    """How many open tickets each unit leads, of everybody's: the administrator sees none of them."""
    if not units:
        return {}
    query = select(Ticket.lead_unit, func.count()).where(Ticket.lead_unit.in_(units), Ticket.status.in_(OPEN))
    async with uow.scoped(Scope.SYSTEM):
        rows = (await uow.session.execute(query.group_by(Ticket.lead_unit))).all()
    return {row[0]: row[1] for row in rows if row[0] is not None}


async def posts_at(uow: UnitOfWork, units: Collection[str]) -> Mapping[str, int]:
    """How many posts people hold at each unit."""
    if not units:
        return {}
    query = select(StaffRow.unit, func.count()).where(StaffRow.unit.in_(units), StaffRow.active)
    return {row[0]: row[1] for row in await uow.session.execute(query.group_by(StaffRow.unit))}
