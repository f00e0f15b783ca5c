"""A unit's rates divided by category, function or officer, each line with its tickets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.parts import FIRST, NONE, By, check_by
from jiesu.desk.board.periods import MonthKind, span_of_month
from jiesu.desk.board.rates import FigureView, figure_view
from jiesu.desk.names import Named, category_named, unit_or_code
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.query import facts_by
from jiesu.statistics.rates import Fact, figure
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import countable_by

__all__ = ["DividedView", "divided_view"]

KEYS: dict[By, Any] = {By.CATEGORY: FIRST, By.FUNCTION: Ticket.category, By.OFFICER: Survey.officer_id}


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
    units = sorted(rules.organisation.subtree(chosen))
    async with uow.scoped(Scope.FIGURES):
        facts = await facts_by(uow, KEYS[by], span, units, countable_by(staff))
    named = await _named(uow, rules, by, facts, locale)
    joined: dict[Named, Counter[Fact]] = {}
    for key, counted in facts.items():
        joined.setdefault(named[key], Counter()).update(counted)
    lines = [
        PartRates(of, figure_view(figure(counted, rules.rates)), figure_view(figure(counted, rules.rates, raw=True)))
        for of, counted in joined.items()
    ]
    lines.sort(key=lambda line: (-line.figures.base, line.of.code))
    return DividedView(span.name, period, unit_or_code(rules, chosen, locale), by, lines)


async def _named(uow: UnitOfWork, rules: Rules, by: By, facts: dict[Any, Any], locale: Locale) -> dict[Any, Named]:
    """What each key is called; several posts of one person are one line."""
    nobody = Named(NONE, "")
    if by is By.CATEGORY:
        return {key: category_named(rules, key, locale) or Named(key or NONE, key or "") for key in facts}
    if by is By.FUNCTION:
        known = rules.catalogue.categories
        return {key: Named(known[key].function, known[key].function) if key in known else nobody for key in facts}
    query = select(StaffRow.id, Account.username, Account.name).join(Account, Account.id == StaffRow.account_id)
    rows = await uow.session.execute(query.where(StaffRow.id.in_([key for key in facts if key is not None])))
    return {None: nobody} | {key: Named(username, name) for key, username, name in rows}
