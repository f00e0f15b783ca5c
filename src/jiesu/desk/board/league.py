"""The league (排名): the three rates of every station and centre of a tier, and the snail list (蜗牛榜) where it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import reduce
from operator import add

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.frozen import frozen_figures
from jiesu.desk.board.periods import month_of, months_back
from jiesu.desk.board.rates import figure_view
from jiesu.desk.names import Named, unit_or_code
from jiesu.errors import Invalid
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.league import places, snails
from jiesu.statistics.query import MonthSpan, month_span
from jiesu.statistics.rates import Counts, Figures, figures_of
from jiesu.statistics.rollup import Totals, totals_by

__all__ = ["TIERS", "LeagueLine", "LeagueView", "SortedBy", "league_view"]

#: Tiers that are compared, from the top; the city has nobody to be compared with.
TIERS = ("county", "township", "village")
KINDS = ("centre", "station")


class SortedBy(StrEnum):
    """What the list is sorted by; where nobody is ranked it is sorted by unit."""

    SCORE = "score"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"
    BASE = "base"
    UNIT = "unit"


class NoSuchTier(Invalid):
    zh = "没有“{tier}”这一级可以比较。可选：{known}。"
    en = "There is no tier “{tier}” to compare. Choose one of: {known}."


class LeagueLine(msgspec.Struct, frozen=True):
    """A unit with all below it. `place` is null where its answers are too few, or where nobody is ranked."""

    place: int | None
    unit: Named
    base: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    score: float | None
    ranked: bool


class LeagueView(msgspec.Struct, frozen=True):
    """`ranking`: whether places are given here at all; `minimum`: the fewest answers that are ranked.

    `snails` were among the last in each of `snail_months`; null where no such list is kept.
    """

    month: str
    tier: str
    tiers: list[str]
    ranking: bool
    minimum: int
    by: SortedBy
    lines: list[LeagueLine]
    snails: list[Named] | None
    snail_months: list[str]


async def league_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, tier: str | None = None, by: SortedBy = SortedBy.SCORE,
    locale: Locale = "zh",
) -> LeagueView:  # fmt: skip
    """Of the person's own subtree. Raises BadMonth, NoSuchTier, NotYours."""
    allowed_unit(staff, None)
    tiers = [known for known in TIERS if _units(rules, staff, known)]
    chosen = tier or (tiers[0] if tiers else TIERS[0])
    if chosen not in TIERS:
        raise NoSuchTier("tier", tier=chosen[:20], known="、".join(TIERS))
    span, policy = month_span(month_of(uow, month)), rules.reports.league
    figures = await _figures(uow, rules, staff, chosen, span)
    by = by if policy.ranking else SortedBy.UNIT
    ranks = places(figures) if policy.ranking else {}
    lines = [_line(rules, unit, row, ranks.get(unit), locale) for unit, row in figures.items()]
    count = rules.reports.snails.months if rules.reports.snails.shown else 0
    months = [month_span(name) for name in months_back(uow, rules, count=count + 1)[1:]]
    slow = await _snails(uow, rules, staff, chosen, months)
    return LeagueView(
        span.name, chosen, tiers, policy.ranking, rules.rates.minimum, by, sorted(lines, key=lambda line: _key(line, by)),
        [unit_or_code(rules, unit, locale) for unit in slow] if months else None,
        [each.name for each in months],
    )  # fmt: skip


def _units(rules: Rules, staff: Staff, tier: str) -> list[str]:
    """Centres and stations of that tier below the person's unit, or that unit itself."""
    units = rules.organisation.units
    found = (units[code] for code in sorted(staff.subtree) if code in units)
    return [unit.code for unit in found if unit.tier == tier and unit.kind in KINDS]


async def _figures(uow: UnitOfWork, rules: Rules, staff: Staff, tier: str, month: MonthSpan) -> dict[str, Figures]:
    """Each unit with all below it, without what the person may not know of; of a frozen month as it was frozen."""
    units, organisation = _units(rules, staff, tier), rules.organisation
    if frozen := await frozen_figures(uow, rules, staff, month, units):
        return dict(frozen)
    below = sorted({code for unit in units for code in organisation.subtree(unit)})
    numbers = {code: number for number, code in enumerate(below)}
    found = await totals_by(uow, month, numbers, staff)
    return {
        unit: figures_of(_kept(found, (numbers[code] for code in organisation.subtree(unit))), rules.rates)
        for unit in units
    }


def _kept(found: Mapping[int, Totals], numbers: Iterable[int]) -> Counts:
    return reduce(add, (found[number].kept for number in numbers if number in found), Counts())


async def _snails(uow: UnitOfWork, rules: Rules, staff: Staff, tier: str, months: Sequence[MonthSpan]) -> list[str]:
    each = [await _figures(uow, rules, staff, tier, month) for month in months]
    return snails(each, rules.reports.snails.last)


def _line(rules: Rules, unit: str, row: Figures, place: int | None, locale: Locale) -> LeagueLine:
    shown = figure_view(row)
    return LeagueLine(
        place=place,
        unit=unit_or_code(rules, unit, locale),
        base=shown.base,
        response=shown.response,
        resolution=shown.resolution,
        satisfaction=shown.satisfaction,
        score=shown.score,
        ranked=shown.ranked,
    )


def _key(line: LeagueLine, by: SortedBy) -> tuple[bool, float, str]:
    """The highest first, who is not ranked after all who are; by unit in the order of the codes."""
    if by is SortedBy.UNIT:
        return (False, 0.0, line.unit.code)
    value = getattr(line, by)
    return (not line.ranked and by is not SortedBy.BASE, -(value if value is not None else -1.0), line.unit.code)
