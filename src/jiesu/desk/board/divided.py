"""A unit's rates divided by category, function or officer, each line with its tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import func, literal_column, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.frozen import frozen_parts
from jiesu.desk.board.parts import NONE, By, check_by
from jiesu.desk.board.periods import MonthKind, span_of_month
from jiesu.desk.board.rates import FigureView, figure_view
from jiesu.desk.names import Named, category_named, unit_or_code
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.rates import Counts, figures_of
from jiesu.statistics.rollup import NOTHING, Key, Totals, totals_divided

__all__ = ["DividedView", "divided_view"]

Sum = TypeVar("Sum", Totals, Counts)
KEYS: dict[By, Key] = {
    By.CATEGORY: lambda rows: func.left(rows.category, literal_column("2")),
    By.FUNCTION: lambda rows: rows.category,
    By.OFFICER: lambda rows: rows.officer_id,
}


class PartRates(msgspec.Struct, frozen=True):
    """One line; `raw` as if nothing had been excluded. `code` is `none` for what has none.

    `frozen` as it was frozen, with the category of then; null while the month is not.
    """

    of: Named
    figures: FigureView
    raw: FigureView
    frozen: FigureView | None


class DividedView(msgspec.Struct, frozen=True):
    """The unit's with all below it, the most surveys first."""

    month: str
    period: MonthKind
    unit: Named
    by: By
    parts: list[PartRates]


async def divided_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None, by: By,
    locale: Locale = "zh", period: MonthKind = MonthKind.CALENDAR,
) -> DividedView:  # fmt: skip
    """Raises BadMonth, UnitNotSeen, NotYours."""
    check_by(staff, by)
    chosen, span = allowed_unit(staff, unit), span_of_month(uow, rules, month, period)
    below = rules.organisation.subtree(chosen)
    found = await totals_divided(uow, span, below, KEYS[by], staff)
    found = {key: totals for key, totals in found.items() if totals.raw.base}
    frozen = await frozen_parts(uow, staff, span, below, KEYS[by])
    before = frozen.counts if frozen else {}
    named = await _named(uow, rules, by, {**found, **before}, locale)
    joined, then = _joined(found, named, NOTHING), _joined(before, named, Counts())
    lines = [
        PartRates(
            of=of,
            figures=figure_view(figures_of(joined.get(of, NOTHING).kept, rules.rates)),
            raw=figure_view(figures_of(joined.get(of, NOTHING).raw, rules.rates)),
            frozen=figure_view(figures_of(then.get(of, Counts()), frozen.policy)) if frozen else None,
        )
        for of in {**joined, **then}
    ]
    lines.sort(key=lambda line: (-line.figures.base, line.of.code))
    return DividedView(span.name, period, unit_or_code(rules, chosen, locale), by, lines)


def _joined(parts: Mapping[Any, Sum], named: Mapping[Any, Named], nothing: Sum) -> dict[Named, Sum]:
    """Parts of one name together."""
    joined: dict[Named, Sum] = {}
    for key, part in parts.items():
        joined[named[key]] = joined.get(named[key], nothing) + part
    return joined


async def _named(uow: UnitOfWork, rules: Rules, by: By, found: dict[Any, Any], locale: Locale) -> dict[Any, Named]:
    """What each key is called; several posts of one person are one line."""
    nobody = Named(NONE, "")
    if by is By.CATEGORY:
        return {key: category_named(rules, key, locale) or Named(key or NONE, key or "") for key in found}
    if by is By.FUNCTION:
        known = rules.catalogue.categories
        return {key: Named(known[key].function, known[key].function) if key in known else nobody for key in found}
    query = select(StaffRow.id, Account.username, Account.name).join(Account, Account.id == StaffRow.account_id)
    rows = await uow.session.execute(query.where(StaffRow.id.in_([key for key in found if key is not None])))
    return {None: nobody} | {key: Named(username, name) for key, username, name in rows}
