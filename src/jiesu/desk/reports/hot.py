"""Which categories and places appeals came from, and where more came than the season leads to expect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import NONE, Cut, What, condition, place_digits, place_of
from jiesu.desk.board.hotspots import category_of, place_named
from jiesu.desk.board.standing import Cell
from jiesu.desk.reports.periods import Period
from jiesu.desk.reports.value import Hot, SurgeLine
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.surge import chance_of, expected, is_surge_over, season
from jiesu.tickets.models import FIRST_LEVEL, Ticket

__all__ = ["Arrivals", "arrivals", "hot_categories", "hot_places", "surge_lines"]

#: A year ago, on the same weekdays.
YEAR = timedelta(days=364)


@dataclass(frozen=True)
class Arrivals:
    """By category and place: how many came in the period, in the one before it, and in the weeks that are the measure."""

    cells: dict[Cell, tuple[int, int, int]]
    #: Category → how the same period of last year stood to the weeks before it.
    seasons: dict[str, float]


async def arrivals(uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str) -> Arrivals:
    """Two queries, whatever the period."""
    back = timedelta(weeks=rules.rates.surge.weeks)
    start, before = period.span.start, period.before.span.start
    moment, grouped = Ticket.registered_at, (FIRST_LEVEL, place_of(place_digits(rules, unit)))
    counts = (
        func.count().filter(moment >= start),
        func.count().filter(moment >= before, moment < start),
        func.count().filter(moment >= start - back, moment < start),
    )
    since = min(period.since - back, period.before.since)
    came = condition(Cut(What.ARRIVED, unit=unit, since=since, until=period.until), rules, staff, uow.now)
    rows = await uow.session.execute(select(*grouped, *counts).where(came).group_by(*grouped))
    cells = {(category or NONE, place or NONE): (now, then, weeks) for category, place, now, then, weeks in rows}
    return Arrivals(cells, await _seasons(uow, rules, staff, period, unit))


async def _seasons(uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str) -> dict[str, float]:
    policy = rules.rates.surge
    since, until = period.since - YEAR, period.until - YEAR
    cut = Cut(What.ARRIVED, unit=unit, since=since - timedelta(weeks=policy.weeks), until=until)
    start = period.span.start - YEAR
    counts = func.count().filter(Ticket.registered_at >= start), func.count().filter(Ticket.registered_at < start)
    query = select(FIRST_LEVEL, *counts).where(condition(cut, rules, staff, uow.now)).group_by(FIRST_LEVEL)
    rows = await uow.session.execute(query)
    return {category or NONE: season(came, weeks, period.days, policy) for category, came, weeks in rows}


def hot_categories(rules: Rules, found: Arrivals, period: Period, unit: str | None, locale: Locale) -> list[Hot]:
    """The most first."""
    return [
        Hot(category_of(rules, code, locale), now, before, _cut(period, unit, category=code).query)
        for code, now, before in _most(rules, found, 0)
    ]


def hot_places(rules: Rules, found: Arrivals, period: Period, unit: str | None, locale: Locale) -> list[Hot]:
    """The most first."""
    return [
        Hot(place_named(rules, code, locale), now, before, _cut(period, unit, place=code).query)
        for code, now, before in _most(rules, found, 1)
    ]


def _most(rules: Rules, found: Arrivals, side: int) -> Iterator[tuple[str, int, int]]:
    sums: dict[str, list[int]] = {}
    for cell, (now, before, _) in found.cells.items():
        total = sums.setdefault(cell[side], [0, 0])
        total[0], total[1] = total[0] + now, total[1] + before
    ranked = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    yield from ((code, now, before) for code, (now, before) in ranked[: rules.reports.most] if now)


def surge_lines(rules: Rules, found: Arrivals, period: Period, unit: str | None, locale: Locale) -> list[SurgeLine]:
    """The least likely first."""
    policy, surges = rules.rates.surge, []
    for cell, (came, _, weeks) in found.cells.items():
        usual = expected(weeks, period.days, policy) * found.seasons.get(cell[0], 1.0)
        if is_surge_over(came, usual, policy):
            surges.append((chance_of(came, max(usual, policy.floor)), cell, came, usual))
    return [
        SurgeLine(
            category_of(rules, category, locale), place_named(rules, place, locale), came, usual,
            _cut(period, unit, category=category, place=place).query,
        )
        for _, (category, place), came, usual in sorted(surges)[: rules.reports.most]
    ]  # fmt: skip


def _cut(period: Period, unit: str | None, *, category: str | None = None, place: str | None = None) -> Cut:
    return Cut(What.ARRIVED, unit=unit, category=category, place=place, since=period.since, until=period.until)
