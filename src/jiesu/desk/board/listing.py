"""The tickets behind a figure, page by page, and how many they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, What, condition
from jiesu.desk.rows import NOT_SHOWN, QueueRow, queue_row
from jiesu.kit.locale import Locale
from jiesu.kit.paging import decode_cursor, encode_cursor
from jiesu.rules import Rules
from jiesu.tickets.models import Ticket

__all__ = ["CutPage", "count_of", "cut_page", "cut_query"]

PAGE = 100
Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class CutPage(msgspec.Struct, frozen=True):
    """`count` is of all pages together."""

    count: int
    tickets: list[QueueRow]
    next_cursor: str | None


async def cut_page(
    uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, cursor: str = "", locale: Locale = "zh", size: int = PAGE
) -> CutPage:
    """Raises BadCursor, NotYours, UnitNotSeen."""
    query = cut_query(uow, rules, staff, cut, cursor).limit(size + 1)
    rows = list(await uow.session.scalars(query.options(*NOT_SHOWN)))
    more = len(rows) > size
    last = rows[size - 1] if more else None
    return CutPage(
        count=await count_of(uow, rules, staff, cut),
        tickets=[queue_row(ticket, rules, uow.now, locale) for ticket in rows[:size]],
        next_cursor=encode_cursor(getattr(last, _order(cut).key), last.id) if last else None,
    )


async def count_of(uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut) -> int:
    """How many tickets the cut holds."""
    query = select(func.count()).where(condition(cut, rules, staff, uow.now))
    return await uow.session.scalar(query) or 0


def cut_query(uow: UnitOfWork, rules: Rules, staff: Staff, cut: Cut, cursor: str = "") -> Select[Ticket]:
    """What is due by its date, the rest by age, the oldest first."""
    column = _order(cut)
    query = select(Ticket).where(condition(cut, rules, staff, uow.now))
    if cursor:
        query = query.where(tuple_(column, Ticket.id) > decode_cursor(cursor, tuple[datetime, Key]))
    return query.order_by(column, Ticket.id)


def _order(cut: Cut) -> InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]:
    if cut.what in (What.OVERDUE, What.DUE_24H):
        return Ticket.next_due_at
    return Ticket.ended_at if cut.what is What.ENDED else Ticket.registered_at
