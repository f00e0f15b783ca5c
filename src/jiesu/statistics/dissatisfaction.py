"""不满意的原因: how often each was given by those whose answers make the figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from jiesu.db.uow import UnitOfWork
from jiesu.statistics.query import MonthSpan, counting, excluded
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket

__all__ = ["gave", "reasons_given"]


async def reasons_given(
    uow: UnitOfWork, month: MonthSpan, units: Sequence[str], within: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """Code and how many answers named it, the most frequent first; one answer may name several."""
    code = func.unnest(Survey.reasons).label("code")
    each = (
        select(code)
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .where(*counting(month, units, within), ~excluded())
        .subquery()
    )
    query = select(each.c.code, func.count()).group_by(each.c.code).order_by(func.count().desc(), each.c.code)
    return [(name, number) for name, number in await uow.session.execute(query)]


def gave(reason: str) -> ColumnElement[bool]:
    """Counted answers that named this reason."""
    return Survey.reasons.contains([reason.replace("\0", "")]) & ~excluded()
