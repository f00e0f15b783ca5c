"""按时办理 as it is shown: each clock's dates of a month, how many were kept, how late the others; and the tickets of a line."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jiesu.accounts.staff import Staff
from jiesu.db.scope import Scope
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.periods import MonthKind, span_of_month
from jiesu.desk.names import Named, unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.wording import TARGETS
from jiesu.statistics.punctuality import kept_of, punctual_tickets
from jiesu.tickets.repository import countable_by, visible_to

__all__ = ["DateView", "PunctualView", "punctual_list", "punctual_view"]


class KeptView(msgspec.Struct, frozen=True):
    """`rate`: kept of those that were due. Working hours of the late ones: mean, median, most."""

    clock: ClockKind
    target: Target
    name: str
    on_time: int
    late: int
    open: int
    rate: float | None
    mean_hours: float | None
    median_hours: float | None
    most_hours: float | None


class PunctualView(msgspec.Struct, frozen=True):
    month: str
    period: MonthKind
    unit: Named
    lines: list[KeptView]


class DateView(msgspec.Struct, frozen=True):
    """`how`: on_time, late, open; `hours` late in working hours."""

    number: str
    title: str
    unit: Named
    due_at: datetime
    done_at: datetime | None
    how: str
    hours: float | None


async def punctual_view(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None,
    locale: Locale = "zh", period: MonthKind = MonthKind.CALENDAR,
) -> PunctualView:  # fmt: skip
    """Of the unit and all below it. Raises BadMonth, UnitNotSeen, NotYours."""
    chosen, span = allowed_unit(staff, unit), span_of_month(uow, rules, month, period)
    units = sorted(rules.organisation.subtree(chosen))
    async with uow.scoped(Scope.FIGURES):
        found = await kept_of(uow, rules.calendars, span, units, countable_by(staff))
    lines = [
        KeptView(
            clock=row.clock,
            target=row.target,
            name=TARGETS[row.target][locale],
            on_time=row.on_time,
            late=row.late,
            open=row.open,
            rate=row.on_time / (row.on_time + row.late) if row.on_time + row.late else None,
            mean_hours=row.mean_hours,
            median_hours=row.median_hours,
            most_hours=row.hours[-1] if row.hours else None,
        )
        for row in found
    ]
    return PunctualView(span.name, period, unit_or_code(rules, chosen, locale), lines)


async def punctual_list(
    uow: UnitOfWork, rules: Rules, staff: Staff, month: str | None, unit: str | None, clock: ClockKind, target: Target,
    locale: Locale = "zh", period: MonthKind = MonthKind.CALENDAR,
) -> list[DateView]:  # fmt: skip
    """Exactly the dates behind a line, less those of tickets the person may not open."""
    chosen, span = allowed_unit(staff, unit), span_of_month(uow, rules, month, period)
    units = sorted(rules.organisation.subtree(chosen))
    rows = await punctual_tickets(uow, rules.calendars, span, units, visible_to(staff), clock, target)
    return [
        DateView(
            number=row.number,
            title=row.title,
            unit=unit_or_code(rules, row.unit, locale),
            due_at=row.due_at.astimezone(SHANGHAI),
            done_at=row.done_at.astimezone(SHANGHAI) if row.done_at else None,
            how=row.how,
            hours=row.hours,
        )
        for row in rows
    ]
