"""The rates as they are shown: of a unit and those below it, beside the month before, and the tickets behind them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec
from sqlalchemy import and_

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.frozen import FrozenView, frozen_figures, frozen_view
from jiesu.desk.board.parts import Part, of_part
from jiesu.desk.board.periods import MonthKind, month_before, span_of_month
from jiesu.desk.names import Named, reason_named, unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.considered import COUNTING, Why, considered_tickets
from jiesu.statistics.coverage import Coverage
from jiesu.statistics.dissatisfaction import gave
from jiesu.statistics.query import MonthSpan, counted_tickets
from jiesu.statistics.rates import Figures
from jiesu.statistics.rollup import rates_of, reasons_given
from jiesu.tickets.repository import visible_to

__all__ = [
    "CountedView", "FigureView", "RatesView", "UncountedView", "UnitRates", "counted_view", "figure_view", "rates_view", "uncounted_view",
]  # fmt: skip


class FigureView(msgspec.Struct, frozen=True):
    """Rates from 0 to 1, unrounded; null is shown as “—”. `base` is V."""

    base: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    score: float | None
    first_time_solved: float | None
    timed_response: float | None
    #: Share whose petitioner sent a result back (重办率).
    rework: float | None
    ranked: bool


class UnitRates(msgspec.Struct, frozen=True):
    """A unit's own figures, those of its whole subtree with and without (`raw`) exclusions, and the subtree's of the month before."""

    unit: Named
    own: FigureView
    subtree: FigureView
    raw: FigureView
    before: FigureView
    #: The subtree's as they were frozen (冻结); null while the month is not.
    frozen: FigureView | None


class ReasonGiven(msgspec.Struct, frozen=True):
    """How many counted answers named the reason."""

    reason: Named
    count: int


class RatesView(msgspec.Struct, frozen=True):
    """The asked-for unit first, then each unit directly below it. `previous` is the month before."""

    month: str
    previous: str
    #: By calendar or assessment month (考核月), from which day to which.
    period: MonthKind
    since: date
    until: date
    units: list[UnitRates]
    #: How the surveys about the first unit's subtree ended in the month.
    coverage: Coverage
    #: Why people were not content (不满意的原因) in that subtree.
    reasons: list[ReasonGiven]
    #: When the month was frozen, and what changed since (调整).
    frozen: FrozenView | None


class CountedView(msgspec.Struct, frozen=True):
    """One ticket behind the figures, with what it counted for."""

    number: str
    title: str
    unit: Named
    answered_at: datetime
    contacted: bool | None
    solved: str | None
    satisfied: str | None
    #: It counts in the raw figures alone (剔除).
    excluded: bool
    reasons: list[Named]


class UncountedView(msgspec.Struct, frozen=True):
    """A ticket that was asked about and counts in no figure, and why."""

    number: str
    title: str
    unit: Named
    ended_at: datetime
    why: Why


def _number(rate: Fraction | None) -> float | None:
    return None if rate is None else float(rate)


def figure_view(figures: Figures) -> FigureView:
    """As numbers that pages and programs can show."""
    return FigureView(
        base=figures.base,
        response=_number(figures.response),
        resolution=_number(figures.resolution),
        satisfaction=_number(figures.satisfaction),
        score=_number(figures.score),
        first_time_solved=_number(figures.first_time_solved),
        timed_response=_number(figures.timed_response),
        rework=_number(figures.rework),
        ranked=figures.ranked,
    )


async def rates_view(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    month: str | None,
    unit: str | None,
    locale: Locale = "zh",
    period: MonthKind = MonthKind.CALENDAR,
) -> RatesView:
    """The three rates of a month and of the one before. Raises BadMonth, UnitNotSeen, NotYours."""
    chosen, span = allowed_unit(staff, unit), span_of_month(uow, rules, month, period)
    before = month_before(rules, span, period)
    now, then = [await rates_of(uow, rules.organisation, rules.rates, each, chosen, staff) for each in (span, before)]
    frozen = await frozen_figures(uow, rules, staff, span, [row.unit for row in now])
    return RatesView(
        span.name,
        before.name,
        period,
        span.start.date(),
        (span.end - timedelta(days=1)).date(),
        [
            UnitRates(
                _named(rules, row.unit, locale),
                figure_view(row.own),
                figure_view(row.subtree),
                figure_view(row.raw),
                figure_view(old.subtree),
                figure_view(frozen[row.unit]) if row.unit in frozen else None,
            )
            for row, old in zip(now, then, strict=True)
        ],
        now[0].coverage,
        await _reasons(uow, rules, staff, span, chosen, locale),
        await frozen_view(uow, rules, staff, span, chosen, locale),
    )


async def _reasons(
    uow: UnitOfWork, rules: Rules, staff: Staff, span: MonthSpan, unit: str, locale: Locale
) -> list[ReasonGiven]:
    found = await reasons_given(uow, span, rules.organisation.subtree(unit), staff)
    return [ReasonGiven(reason_named(rules, code, locale), count) for code, count in found]


async def counted_view(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    month: str | None,
    unit: str | None,
    locale: Locale = "zh",
    *,
    reason: str | None = None,
    period: MonthKind = MonthKind.CALENDAR,
    part: Part | None = None,
) -> list[CountedView]:
    """Exactly the tickets that make the subtree's figures, less those the person may not open.

    Those of one `reason` alone, or of one `part`: a category, function or officer. Raises NotYours.
    """
    units = sorted(rules.organisation.subtree(allowed_unit(staff, unit)))
    within = and_(
        visible_to(staff), *([gave(reason)] if reason else []), *([of_part(rules, staff, part)] if part else [])
    )
    return [
        CountedView(
            number=row.number,
            title=row.title,
            unit=_named(rules, row.unit, locale),
            answered_at=row.answered_at.astimezone(SHANGHAI),
            contacted=row.fact.contacted,
            solved=row.fact.solved,
            satisfied=row.fact.satisfied,
            excluded=row.fact.excluded,
            reasons=[reason_named(rules, code, locale) for code in row.reasons],
        )
        for row in await counted_tickets(uow, span_of_month(uow, rules, month, period), units, within)
    ]


async def uncounted_view(
    uow: UnitOfWork,
    rules: Rules,
    staff: Staff,
    month: str | None,
    unit: str | None,
    locale: Locale = "zh",
    *,
    period: MonthKind = MonthKind.CALENDAR,
    part: Part | None = None,
) -> list[UncountedView]:
    """Tickets that were asked about and do not count, and why. Raises NotYours."""
    units = sorted(rules.organisation.subtree(allowed_unit(staff, unit)))
    within = and_(visible_to(staff), *([of_part(rules, staff, part)] if part else []))
    found = await considered_tickets(uow, span_of_month(uow, rules, month, period), units, within)
    return [
        UncountedView(row.number, row.title, _named(rules, row.unit, locale), row.at.astimezone(SHANGHAI), row.why)
        for row in found
        if row.why not in COUNTING
    ]


def _named(rules: Rules, unit: str, locale: Locale) -> Named:
    return unit_or_code(rules, unit, locale)
