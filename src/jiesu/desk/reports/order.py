"""Asking for a report as a Word file, and making it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jiesu.accounts.staff import Staff
from jiesu.attachments.kinds import DOCX
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.sheets import TicketsExported
from jiesu.desk.names import unit_or_code
from jiesu.desk.prepared.models import PreparedFile
from jiesu.desk.prepared.order import order_file
from jiesu.desk.prepared.workshop import Made, Workshop
from jiesu.desk.reports.periods import Period, period_named
from jiesu.desk.reports.report import PeriodAhead, report_of, report_unit
from jiesu.desk.reports.words import file_name, title_of
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules

__all__ = ["REPORT", "make_report", "order_report"]

#: Kind of a prepared file.
REPORT = "report"


async def order_report(
    uow: UnitOfWork, rules: Rules, staff: Staff, period: Period, unit: str | None, locale: Locale = "zh"
) -> PreparedFile:
    """Raises NotYours, PeriodAhead, TooManyWaiting, UnitNotSeen."""
    chosen = report_unit(staff, unit)
    if period.since > uow.now.astimezone(SHANGHAI).date():
        raise PeriodAhead("period", period=period.name)
    title = f"{title_of(period, locale)} · {unit_or_code(rules, chosen, locale).name}"
    return await order_file(uow, staff, REPORT, {"period": period.name, "unit": chosen}, title)


async def make_report(uow: UnitOfWork, rules: Rules, staff: Staff, wish: dict[str, Any], shop: Workshop) -> Made:
    """With what the person may see now; on record, for the file names tickets."""
    report = await report_of(uow, rules, staff, period_named(wish["period"]), wish["unit"])
    content = await asyncio.to_thread(_document, report, rules.reports.template)
    shop.file.write(content)
    filters = {"period": report.name, "unit": report.unit.code}
    record = TicketsExported(account=staff.username, what="report", filters=filters, rows=len(report.delays), why="")
    await uow.record(record)
    return Made(file_name(report), DOCX.media_type)


def _document(report: Any, template: Path) -> bytes:
    from jiesu.desk.reports.document import report_document  # heavy, and for workers alone

    return report_document(report, template)
