"""Figures of co-handlers (协办) as they are shown: their own, beside the three rates."""

from __future__ import annotations

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.periods import MonthKind, span_of_month
from jiesu.desk.names import Named, unit_or_code
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.co_handling import parts_of
from jiesu.tickets.repository import visible_to

__all__ = ["CoHandlingView", "co_handling_view"]


class UnitParts(msgspec.Struct, frozen=True):
    """Parts of one unit that fell due in the month; `late` ones may be finished or still open."""

    unit: Named
    finished: int
    late: int
    open: int


class CoHandlingView(msgspec.Struct, frozen=True):
    month: str
    units: list[UnitParts]


async def co_handling_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None,
    locale: Locale = "zh", period: MonthKind = MonthKind.CALENDAR,
) -> CoHandlingView:  # fmt: skip
    """Units of the asked-for subtree that had a part to do. Raises BadMonth, UnitNotSeen, NotYours."""
    span = span_of_month(uow, rules, month, period)
    units = sorted(rules.organisation.subtree(allowed_unit(staff, unit)))
    found = await parts_of(uow, units, span.start, span.end, visible_to(staff))
    named = [(unit_or_code(rules, row.unit, locale), row) for row in found]
    return CoHandlingView(span.name, [UnitParts(name, row.finished, row.late, row.open) for name, row in named])
