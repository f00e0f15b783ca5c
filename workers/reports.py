"""Actor of the reports: the morning on which one is told of, and the promise of the next."""

from __future__ import annotations

from typing import Any

from jiesu.db.uow import UnitOfWork
from jiesu.desk.reports.announce import REPORT_DUE, announce, promise_reports
from jiesu.desk.reports.periods import period_named
from jiesu.rules import Rules
from workers.actor import handles

__all__ = ["report_due"]


@handles(REPORT_DUE)
async def report_due(uow: UnitOfWork, rules: Rules, payload: dict[str, Any]) -> None:
    """Tell who supervises; nothing is made before somebody looks."""
    await promise_reports(uow, rules)
    await announce(uow, rules, period_named(payload["period"]))
