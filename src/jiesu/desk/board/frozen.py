"""A frozen month beside what it is after adjustments, and each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.freeze import policy_of
from jiesu.statistics.frozen import Adjustment, FrozenFact, FrozenMonth
from jiesu.statistics.query import MonthSpan, together
from jiesu.statistics.rates import Counts, Fact, Figures, RatesPolicy, count, figure
from jiesu.statistics.rollup import Key
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by, visible_to

__all__ = ["AdjustmentView", "FrozenParts", "FrozenView", "frozen_figures", "frozen_parts", "frozen_view"]


class AdjustmentView(msgspec.Struct, frozen=True):
    """One ticket that counts otherwise since: `before` and `after` hold the unit and what was answered; null: not counted."""

    number: str
    title: str
    unit: Named
    at: datetime
    cause: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class FrozenView(msgspec.Struct, frozen=True):
    """When the month was frozen, and what changed since, of the tickets the person may open; `changes` of all."""

    at: datetime
    changes: int
    adjustments: list[AdjustmentView]


class FrozenParts(NamedTuple):
    """What each part added up to, and the policy it is reckoned by for good."""

    policy: RatesPolicy
    counts: dict[Any, Counts]


async def _month(uow: UnitOfWork, span: MonthSpan) -> FrozenMonth | None:
    query = select(FrozenMonth).where(FrozenMonth.starts_at == span.start, FrozenMonth.ends_at == span.end)
    return await uow.session.scalar(query)


async def frozen_figures(
    uow: UnitOfWork, rules: Rules, staff: Staff, span: MonthSpan, units: Sequence[str]
) -> Mapping[str, Figures]:
    """Figures of the subtree of each of these units as they were frozen; empty while the month is not."""
    month = await _month(uow, span)
    if month is None:
        return {}
    facts, policy = await _facts(uow, staff, month, FrozenFact.unit), policy_of(month)
    return {code: figure(together(facts, rules.organisation.subtree(code)), policy) for code in units}


async def frozen_parts(
    uow: UnitOfWork, staff: Staff, span: MonthSpan, units: Collection[str], by: Key
) -> FrozenParts | None:
    """The same of these units together, for each value of `by`; None while the month is not frozen."""
    month = await _month(uow, span)
    if month is None:
        return None
    facts = await _facts(uow, staff, month, by(FrozenFact), FrozenFact.unit.in_(sorted(units)))
    return FrozenParts(policy_of(month), {key: count(found) for key, found in facts.items()})


async def _facts(
    uow: UnitOfWork, staff: Staff, month: FrozenMonth, key: Any, *which: ColumnElement[bool]
) -> dict[Any, Counter[Fact]]:
    """How often each fact occurs, for each value of `key`, of what the person may know of."""
    columns = [getattr(FrozenFact, name) for name in Fact.__struct_fields__]
    query = (
        select(key, *columns, func.count())
        .join(Ticket, Ticket.id == FrozenFact.ticket_id)
        .where(FrozenFact.month_id == month.id, countable_by(staff), *which)
        .group_by(key, *columns)
    )
    facts: dict[Any, Counter[Fact]] = {}
    async with uow.scoped(Scope.FIGURES):
        for found, *fact, times in await uow.session.execute(query):
            facts.setdefault(found, Counter())[Fact(*fact)] += times
    return facts


async def frozen_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, span: MonthSpan, unit: str, locale: Locale
) -> FrozenView | None:
    """None while the month is not frozen."""
    month = await _month(uow, span)
    if month is None:
        return None
    below = rules.organisation.subtree(unit)
    query = (
        select(Adjustment, Ticket.number, Ticket.title)
        .join(Ticket, Ticket.id == Adjustment.ticket_id)
        .where(Adjustment.month_id == month.id)
        .order_by(Adjustment.id)
    )
    async with uow.scoped(Scope.FIGURES):
        rows = (await uow.session.execute(query.where(countable_by(staff)))).all()
        mine = [(row, number, title) for row, number, title in rows if _units(row) & below]
    seen = set(
        await uow.session.scalars(
            select(Ticket.number).where(visible_to(staff), Ticket.number.in_([n for _, n, _ in mine]))
        )
    )
    views = [
        AdjustmentView(
            number=number,
            title=title,
            unit=unit_or_code(rules, (row.after or row.before or {})["unit"], locale),
            at=row.at.astimezone(SHANGHAI),
            cause=row.cause,
            before=row.before,
            after=row.after,
        )
        for row, number, title in mine
        if number in seen
    ]
    return FrozenView(month.frozen_at.astimezone(SHANGHAI), len(mine), views)


def _units(row: Adjustment) -> set[str]:
    return {side["unit"] for side in (row.before, row.after) if side}
