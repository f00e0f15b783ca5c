"""A unit's rates divided by category, function or officer, each line with its tickets."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, literal_column, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.parts import NONE, By, check_by
from jiesu.desk.board.periods import MonthKind, span_of_month
from jiesu.desk.board.rates import FigureView, figure_view
from jiesu.desk.names import Named, category_named, unit_or_code
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.rates import figures_of
from jiesu.statistics.rollup import NOTHING, Key, Totals, totals_divided

__all__ = ["DividedView", "divided_view"]

KEYS: dict[By, Key] = {
    By.CATEGORY: lambda rows: func.left(rows.category, literal_column("2")),
    By.FUNCTION: lambda rows: rows.category,
    By.OFFICER: lambda rows: rows.officer_id,
}


class PartRates(msgspec.Struct, frozen=True):
    """One line; `raw` as if nothing had been excluded. `code` is `none` for what has none."""

    of: Named
    figures: FigureView
    raw: FigureView


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
    found = await totals_divided(uow, span, rules.organisation.subtree(chosen), KEYS[by], staff)
    found = {key: totals for key, totals in found.items() if totals.raw.base}
    named = await _named(uow, rules, by, found, locale)
    joined: dict[Named, Totals] = {}
    for key, totals in found.items():
        joined[named[key]] = joined.get(named[key], NOTHING) + totals
    lines = [
        PartRates(of, figure_view(figures_of(totals.kept, rules.rates)), figure_view(figures_of(totals.raw, rules.rates)))
        for of, totals in joined.items()
    ]  # fmt: skip
    lines.sort(key=lambda line: (-line.figures.base, line.of.code))
    return DividedView(span.name, period, unit_or_code(rules, chosen, locale), by, lines)


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
