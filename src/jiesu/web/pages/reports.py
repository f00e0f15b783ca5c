"""Reports on a page: the weekly analysis and the monthly bulletin, each figure with its tickets, and the Word file."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import unit_or_code
from jiesu.desk.reports.order import order_report
from jiesu.desk.reports.periods import Period, PeriodKind, period_named, recent
from jiesu.desk.reports.report import report_of, report_unit
from jiesu.desk.reports.words import REASON_WORDS, TOTAL_WORDS, title_of
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.pages.board import link_of, trail_of
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.rendering import go, render

__all__ = ["ReportPages"]


class ReportPages(Controller):
    path = "/board/reports"

    @get("/")
    async def listing(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Response[Any]:
        """Weeks and months to choose from (研判报告)."""
        chosen, today = report_unit(staff, unit), uow.now.astimezone(SHANGHAI).date()
        asked = chosen if chosen != staff.unit else None

        def offered(kind: PeriodKind) -> list[tuple[Period, str]]:
            return [(period, title_of(period, locale)) for period in recent(kind, today)]

        return render(
            request,
            "board_reports.html",
            staff=staff,
            unit=unit_or_code(rules, chosen, locale),
            trail=trail_of(rules, staff, chosen, locale),
            below=[
                unit_or_code(rules, code, locale)
                for code in sorted(rules.organisation.units)
                if rules.organisation.units[code].parent == chosen
            ],
            weeks=offered(PeriodKind.WEEKLY),
            months=offered(PeriodKind.MONTHLY),
            here=link_of("/board/reports", unit=asked),
            one=lambda name: link_of(f"/board/reports/{name}", unit=asked)(),
        )

    @get("/{period:str}")
    async def report(
        self,
        request: Request[Any, Any, Any],
        period: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Response[Any]:
        """One of them; what may not be seen is in no number."""
        report = await report_of(uow, rules, staff, period_named(period), unit, locale)
        asked = report.unit.code if report.unit.code != staff.unit else None
        return render(
            request,
            "board_report.html",
            staff=staff,
            report=report,
            title=title_of(report, locale),
            totals={what: words[locale == "en"] for what, words in TOTAL_WORDS.items()},
            reasons={code: words[locale == "en"] for code, words in REASON_WORDS.items()},
            board_words=BOARD_WORDS,
            trail=trail_of(rules, staff, report.unit.code, locale),
            here=link_of(f"/board/reports/{report.name}", unit=asked),
            cut=link_of("/board/list", unit=asked),
            there=link_of(f"/board/reports/{report.name}/document", unit=asked),
        )

    @post("/{period:str}/document", status_code=HTTP_200_OK)
    async def document(
        self,
        period: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Response[Any]:
        """Have it made as a Word file."""
        await order_report(uow, rules, staff, period_named(period), unit, locale)
        return go("/board/files")
