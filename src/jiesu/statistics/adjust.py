"""调整: whatever changes what a ticket counted for in a frozen month is written beside it; the month itself stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import exists, select

from jiesu.db.uow import UnitOfWork
from jiesu.statistics.frozen import Adjustment, FrozenFact, FrozenMonth
from jiesu.statistics.query import MonthSpan, counted_tickets
from jiesu.statistics.rates import Fact
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.words import Status

__all__ = ["adjust", "recount"]

_FIELDS = Fact.__struct_fields__


async def adjust(uow: UnitOfWork, ticket: Ticket, cause: str) -> None:
    """Compare the ticket, and the other parts of its matter, with what they counted for in frozen months."""
    top = ticket.part_of or ticket.id
    parts = select(Ticket.id).where(Ticket.part_of == top, Ticket.status != Status.REJOINED)
    ids = [top, *await uow.session.scalars(parts)]
    answered = exists().where(
        Survey.ticket_id.in_(ids),
        Survey.answered_at >= FrozenMonth.starts_at,
        Survey.answered_at < FrozenMonth.ends_at,
    )
    touched = select(FrozenMonth).where(answered).order_by(FrozenMonth.id)
    months = (await uow.session.scalars(touched)).all()
    if months:
        await uow.session.flush()
    for month in months:
        await _compare(uow, month, ids, cause)


async def recount(uow: UnitOfWork, month: FrozenMonth) -> None:
    """The same for all tickets of the month: nothing changes unseen."""
    await _compare(uow, month, None, "recount")


async def _compare(uow: UnitOfWork, month: FrozenMonth, ids: Collection[int] | None, cause: str) -> None:
    within = None if ids is None else Ticket.id.in_(ids)
    span = MonthSpan(month.name, month.starts_at, month.ends_at)
    now = {row.ticket_id: _written(row.unit, row.fact) for row in await counted_tickets(uow, span, within=within)}
    before = await _known(uow, month, ids)
    for ticket_id in sorted(now.keys() | before.keys()):
        old, new = before.get(ticket_id), now.get(ticket_id)
        if old != new:
            row = Adjustment(
                month_id=month.id, ticket_id=ticket_id, at=uow.now, cause=cause, before=old, after=new
            )  # fmt: skip
            uow.session.add(row)
    await uow.session.flush()


def _written(unit: str, fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(fact)
    return {"unit": unit} | found


async def _known(uow: UnitOfWork, month: FrozenMonth, ids: Collection[int] | None) -> dict[int, dict[str, Any] | None]:
    """What is on record of each ticket: the last adjustment, else what was frozen."""
    facts = select(FrozenFact).where(FrozenFact.month_id == month.id)
    later = select(Adjustment).where(Adjustment.month_id == month.id).order_by(Adjustment.id)
    if ids is not None:
        facts, later = facts.where(FrozenFact.ticket_id.in_(ids)), later.where(Adjustment.ticket_id.in_(ids))
    known: dict[int, dict[str, Any] | None] = {
        row.ticket_id: _written(row.unit, Fact(**{name: getattr(row, name) for name in _FIELDS}))
        for row in await uow.session.scalars(facts)
    }
    return known | {row.ticket_id: row.after for row in await uow.session.scalars(later)}
