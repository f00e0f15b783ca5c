"""The rates as they are shown: figures of a unit and those below it, and the tickets behind each."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import msgspec
from sqlalchemy import func, select

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import NotYours, Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.queue import View, counts
from jiesu.desk.views import Named, unit_named
from jiesu.errors import Missing
from jiesu.escalation.models import Escalation
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.statistics.query import counted_tickets, month_span, rates_of
from jiesu.statistics.rates import Figures
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to

__all__ = [
    "CountedView",
    "FigureView",
    "Overview",
    "RatesView",
    "allowed_unit",
    "counted_view",
    "month_of",
    "overview",
    "rates_view",
]


class FigureView(msgspec.Struct, frozen=True):
    """Rates from 0 to 1, unrounded; null is shown as “—”. `base` is V."""

    base: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    score: float | None
    first_time_solved: float | None
    timed_response: float | None
    ranked: bool


class UnitRates(msgspec.Struct, frozen=True):
    """A unit's own figures, and those of its whole subtree."""

    unit: Named
    own: FigureView
    subtree: FigureView


class RatesView(msgspec.Struct, frozen=True):
    """The asked-for unit first, then each unit directly below it."""

    month: str
    units: list[UnitRates]


class CountedView(msgspec.Struct, frozen=True):
    """One ticket behind the figures, with what it counted for."""

    number: str
    title: str
    unit: Named
    answered_at: datetime
    contacted: bool | None
    solved: str | None
    satisfied: str | None


class EscalationLevel(msgspec.Struct, frozen=True):
    level: int
    waiting: int


class Overview(msgspec.Struct, frozen=True):
    """How things stand in the person's subtree; 100 tickets stand for 100 or more."""

    unit: Named
    queues: dict[str, int]
    escalations: list[EscalationLevel]


class UnitNotSeen(Missing):
    zh = "没有找到这个单位，或它不在您的管辖范围。请从单位列表中选择。"
    en = "No such unit below yours. Choose one from the list of units."


def _number(rate: Fraction | None) -> float | None:
    return None if rate is None else float(rate)


def _figures(figures: Figures) -> FigureView:
    return FigureView(
        base=figures.base,
        response=_number(figures.response),
        resolution=_number(figures.resolution),
        satisfaction=_number(figures.satisfaction),
        score=_number(figures.score),
        first_time_solved=_number(figures.first_time_solved),
        timed_response=_number(figures.timed_response),
        ranked=figures.ranked,
    )


def allowed_unit(staff: Staff, unit: str | None) -> str:
    """The unit whose figures are asked for, by default one's own. Raises NotYours, UnitNotSeen."""
    if not staff.has(Right.FIGURES):
        raise NotYours
    if unit is not None and unit not in staff.subtree:
        raise UnitNotSeen("unit")
    return unit or staff.unit


def month_of(uow: UnitOfWork, month: str | None) -> str:
    """The month asked for, by default this one."""
    return month or f"{uow.now.astimezone(SHANGHAI):%Y-%m}"


async def rates_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None, locale: Locale = "zh"
) -> RatesView:
    """The three rates of a month. Raises BadMonth, UnitNotSeen, NotYours."""
    span = month_span(month_of(uow, month))
    found = await rates_of(uow, rules.organisation, rules.rates, span, allowed_unit(staff, unit), staff)
    named = {row.unit: unit_named(rules, row.unit, locale) or Named(row.unit, row.unit) for row in found}
    return RatesView(span.name, [UnitRates(named[row.unit], _figures(row.own), _figures(row.subtree)) for row in found])


async def counted_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None, locale: Locale = "zh"
) -> list[CountedView]:
    """Exactly the tickets that make the subtree's figures, less those the person may not open."""
    chosen = allowed_unit(staff, unit)
    units = sorted(rules.organisation.subtree(chosen))
    rows = await counted_tickets(uow, month_span(month_of(uow, month)), units, visible_to(staff))
    return [
        CountedView(
            number=row.number,
            title=row.title,
            unit=unit_named(rules, row.unit, locale) or Named(row.unit, row.unit),
            answered_at=row.answered_at.astimezone(SHANGHAI),
            contacted=row.fact.contacted,
            solved=row.fact.solved,
            satisfied=row.fact.satisfied,
        )
        for row in rows
    ]


async def overview(uow: UnitOfWork, rules: Rules, staff: Staff, locale: Locale = "zh") -> Overview:
    """What is late and what waits. Raises NotYours."""
    allowed_unit(staff, None)
    views = (
        View.OVERDUE,
        View.DUE_TODAY,
        View.TO_DISPATCH,
        View.TO_SIGN,
        View.IN_PROGRESS,
        View.TO_REVIEW,
        View.REWORK,
        View.ESCALATED,
    )
    waiting = (
        select(Escalation.level, func.count())
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(
            Escalation.unit.in_(staff.subtree),
            Escalation.wants_ack,
            Escalation.acknowledged_at.is_(None),
            visible_to(staff),
        )
        .group_by(Escalation.level)
        .order_by(Escalation.level)
    )
    levels = [EscalationLevel(level, number) for level, number in await uow.session.execute(waiting)]
    queues = {str(view): number for view, number in (await counts(uow, staff, views)).items()}
    return Overview(unit_named(rules, staff.unit, locale) or Named(staff.unit, staff.unit_name), queues, levels)
