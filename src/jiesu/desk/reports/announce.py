"""Telling supervisors that a report is ready, every Monday and on the first of the month, and promising the next time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import RIGHTS, Right
from jiesu.db.jobs import Priority, Promise, schedule
from jiesu.db.uow import UnitOfWork
from jiesu.desk.reports.periods import Period, PeriodKind, month_of, week_of
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.tell import tell_post
from jiesu.rules import Rules

__all__ = ["NOTICES", "REPORT_DUE", "announce", "promise_reports"]

#: Job kind: tell that the report of `period` is ready.
REPORT_DUE = "report.due"
#: What the notice is called.
NOTICES = {PeriodKind.WEEKLY: "weekly_report", PeriodKind.MONTHLY: "monthly_report"}
_SUPERVISING = [role for role, rights in RIGHTS.items() if Right.SUPERVISE in rights]


async def promise_reports(uow: UnitOfWork, rules: Rules) -> None:
    """The next weekly and the next monthly one. Repeatable."""
    for period, at in _next(rules, uow.now):
        promise = Promise(
            REPORT_DUE, at, f"{REPORT_DUE}:{period.name}", {"period": period.name}, priority=Priority.BULK
        )
        await schedule(uow, promise)


def _next(rules: Rules, now: datetime) -> list[tuple[Period, datetime]]:
    """Each with the moment when it is told of: the first such moment after now, in office hours."""
    policy, today = rules.reports, now.astimezone(SHANGHAI).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [
        (week_of(first - timedelta(days=1)), first + timedelta(days=policy.weekly.weekday - 1))
        for first in (monday, monday + timedelta(days=7))
    ]
    firsts = [today.replace(day=1), (today.replace(day=1) + timedelta(days=31)).replace(day=1)]
    months = [(month_of(first - timedelta(days=1)), first + timedelta(days=policy.monthly.day - 1)) for first in firsts]
    return [
        _first_ahead(rules, now, weeks, policy.weekly.at),
        _first_ahead(rules, now, months, policy.monthly.at),
    ]


def _first_ahead(
    rules: Rules, now: datetime, candidates: list[tuple[Period, date]], at: time
) -> tuple[Period, datetime]:
    told = [
        (period, rules.calendar.next_office_time(datetime.combine(day, at, SHANGHAI))) for period, day in candidates
    ]
    return next((found for found in told if found[1] > now), told[-1])


async def announce(uow: UnitOfWork, rules: Rules, period: Period) -> int:
    """Tell the posts of the units that `told` names and where somebody supervises; returns how many. Told once."""
    query = select(StaffRow.unit).join(Account, Account.id == StaffRow.account_id)
    manned = query.where(StaffRow.active, Account.active, StaffRow.role.in_(_SUPERVISING)).distinct()
    told = 0
    for unit in sorted(await uow.session.scalars(manned)):
        found = rules.organisation.find_unit(unit)
        if found is not None and found.tier in rules.reports.told:
            key = f"report:{period.name}:{unit}"
            await tell_post(uow, key=key, unit=unit, ticket_id=None, kind=NOTICES[period.kind])
            told += 1
    return told
