"""Which month a figure is of: of the calendar, or of the assessment, which begins on another day (考核月)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from jiesu.db.uow import UnitOfWork
from jiesu.kit.clock import SHANGHAI
from jiesu.rules import Rules
from jiesu.statistics.query import MonthSpan, month_span

__all__ = ["MONTHS", "MonthKind", "month_before", "month_of", "months_back", "span_of_month"]


#: How many months can be chosen.
MONTHS = 6


class MonthKind(StrEnum):
    """Of the calendar, or of the assessment."""

    CALENDAR = "calendar"
    ASSESSMENT = "assessment"


def _first_day(rules: Rules, period: MonthKind) -> int:
    return rules.rates.first_day if period is MonthKind.ASSESSMENT else 1


def month_of(uow: UnitOfWork, month: str | None, first_day: int = 1) -> str:
    """The month asked for, by default the one that runs."""
    today = uow.now.astimezone(SHANGHAI).date()
    if first_day > 1 and today.day >= first_day:
        today = today.replace(day=1) + timedelta(days=31)
    return month or f"{today:%Y-%m}"


def span_of_month(
    uow: UnitOfWork, rules: Rules, month: str | None, period: MonthKind = MonthKind.CALENDAR
) -> MonthSpan:
    """From when to when. Raises BadMonth."""
    first_day = _first_day(rules, period)
    return month_span(month_of(uow, month, first_day), first_day)


def month_before(rules: Rules, span: MonthSpan, period: MonthKind = MonthKind.CALENDAR) -> MonthSpan:
    """The one that ended where this one begins."""
    return month_span(_name_before(span.name), _first_day(rules, period))


def _name_before(name: str) -> str:
    return f"{month_span(name).start - timedelta(days=1):%Y-%m}"


def months_back(
    uow: UnitOfWork, rules: Rules, period: MonthKind = MonthKind.CALENDAR, count: int = MONTHS
) -> list[str]:
    """The month that runs and those before it, newest first: `2026-11`."""
    names = [month_of(uow, None, _first_day(rules, period))]
    while len(names) < count:
        names.append(_name_before(names[-1]))
    return names
