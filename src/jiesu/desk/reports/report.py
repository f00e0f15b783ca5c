"""Gathering a report: what the person may see of a unit's subtree in a week or month, each figure beside the period before."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from jiesu.accounts.roles import Right, Role
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, What, allowed_unit
from jiesu.desk.board.flow import per_day
from jiesu.desk.board.listing import count_of
from jiesu.desk.names import unit_or_code
from jiesu.desk.reports.hot import arrivals, hot_categories, hot_places, surge_lines
from jiesu.desk.reports.periods import Period
from jiesu.desk.reports.pieces import chosen_reasons, delays, ladder, reasons
from jiesu.desk.reports.remarks import remarks
from jiesu.desk.reports.value import Day, Figure, RateLine, Report
from jiesu.errors import Invalid
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.rollup import rates_of
from jiesu.tickets.models import Ticket
from jiesu.units.organisation import Organisation

__all__ = ["TOTALS", "PeriodAhead", "reader_of", "report_of", "report_unit"]

#: The figures at the top, in this order.
TOTALS = (What.ARRIVED, What.ENDED, What.BACKLOG, What.MISSED, What.ESCALATED, What.DISPUTED)


class PeriodAhead(Invalid):
    zh = "{period}还没有开始，没有数字可看。"
    en = "{period} has not begun: there is nothing to report."


def report_unit(staff: Staff, unit: str | None) -> str:
    """Reports are for whoever supervises, of their own subtree. Raises NotYours, UnitNotSeen."""
    if not staff.has(Right.SUPERVISE):
        raise NotYours
    return allowed_unit(staff, unit)


def reader_of(organisation: Organisation, unit: str) -> Staff:
    """Nobody in particular, who supervises there: for the command line. Nothing sealed, and nothing that accuses the unit's line."""
    found = organisation.unit(unit)
    lineage = frozenset((unit, *organisation.ancestors(unit)))
    return Staff(0, "", "", Role.SUPERVISOR, unit, found.name, organisation.subtree(unit), lineage, account_id=0)


async def report_of(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None = None, locale: Locale = "zh"
) -> Report:
    """Raises NotYours, PeriodAhead, UnitNotSeen."""
    chosen = report_unit(staff, unit)
    today = uow.now.astimezone(SHANGHAI).date()
    if period.since > today:
        raise PeriodAhead("period", period=period.name)
    asked = chosen if chosen != staff.unit else None
    totals = [await _figure(uow, rules, staff, what, period, asked) for what in TOTALS]
    came = await arrivals(uow, rules, staff, period, chosen)
    found = Report(
        kind=str(period.kind),
        name=period.name,
        since=period.since,
        until=period.until,
        over=period.until < today,
        unit=unit_or_code(rules, chosen, locale),
        made_at=uow.now.astimezone(SHANGHAI),
        totals=totals,
        days=await _days(uow, rules, staff, period, asked, totals[TOTALS.index(What.BACKLOG)].now),
        rates=await _rates(uow, rules, staff, period, chosen, locale),
        ladder=await ladder(uow, rules, staff, period, asked),
        categories=hot_categories(rules, came, period, asked, locale),
        places=hot_places(rules, came, period, asked, locale),
        surges=surge_lines(rules, came, period, asked, locale),
        delays=await delays(uow, rules, staff, period, asked, locale),
        reasons=await reasons(uow, rules, staff, period, asked),
        chosen=await chosen_reasons(uow, rules, staff, period, asked, locale),
    )
    return msgspec.structs.replace(found, remarks=remarks(found, locale))


async def _figure(uow: UnitOfWork, rules: Rules, staff: Staff, what: What, period: Period, unit: str | None) -> Figure:
    def cut(of: Period) -> Cut:
        return Cut(what, unit=unit, since=None if what is What.BACKLOG else of.since, until=of.until)

    now, before = [await count_of(uow, rules, staff, cut(each)) for each in (period, period.before)]
    return Figure.of(cut(period), now, before)


async def _days(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None, backlog: int
) -> list[Day]:
    """Up to today; the backlog of earlier days is reckoned back from the last."""
    span = Cut(What.ARRIVED, unit=unit, since=period.since, until=period.until)
    arrived = await per_day(uow, rules, staff, span, Ticket.registered_at)
    ended = await per_day(uow, rules, staff, msgspec.structs.replace(span, what=What.ENDED), Ticket.ended_at)
    last, found = min(period.until, uow.now.astimezone(SHANGHAI).date()), []
    for day in (last - timedelta(days=back) for back in range((last - period.since).days + 1)):
        found.append(Day(day, arrived[day], ended[day], backlog))
        backlog -= arrived[day] - ended[day]
    return found[::-1]


async def _rates(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str, locale: Locale
) -> list[RateLine]:
    """The unit first, then those directly below it about which somebody answered, the best score first."""
    now, before = [
        await rates_of(uow, rules.organisation, rules.rates, each.span, unit, staff) for each in (period, period.before)
    ]
    lines = [
        RateLine.of(unit_or_code(rules, row.unit, locale), row.subtree, old.subtree)
        for row, old in zip(now, before, strict=True)
    ]
    total, *below = lines
    answered = [line for line in below if line.base]
    return [total, *sorted(answered, key=lambda line: (not line.ranked, -(line.score or 0.0), line.unit.code))]
