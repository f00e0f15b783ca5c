"""The weekly analysis and the monthly bulletin."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_202_ACCEPTED

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.league import LeagueView, SortedBy, league_view
from jiesu.desk.prepared.order import PreparedView
from jiesu.desk.reports.order import order_report
from jiesu.desk.reports.periods import period_named
from jiesu.desk.reports.report import report_of
from jiesu.desk.reports.value import Report
from jiesu.kit.locale import Locale
from jiesu.rules import Rules

__all__ = ["LeagueController", "ReportController"]


class ReportController(Controller):
    path = "/board/reports"
    tags = ("board",)

    @get("/{period:str}", operation_id="BoardReport")
    async def report(
        self,
        period: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Report:
        """The weekly analysis (一周一研判, `2026-W48`) or monthly bulletin (月度通报, `2026-11`) of one's own unit or one below it."""
        return await report_of(uow, rules, staff, period_named(period), unit, locale)

    @post("/{period:str}/document", operation_id="OrderReport", status_code=HTTP_202_ACCEPTED)
    async def document(
        self,
        period: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> PreparedView:
        """Have it made as a Word file, to be fetched from `/board/files`."""
        return PreparedView.of(await order_report(uow, rules, staff, period_named(period), unit, locale))


class LeagueController(Controller):
    path = "/board/league"
    tags = ("board",)

    @get(operation_id="BoardLeague")
    async def league(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        tier: FromQuery[str | None] = None,
        by: FromQuery[SortedBy] = SortedBy.SCORE,
    ) -> LeagueView:
        """The three rates of all stations and centres of a tier in one's own subtree (排名), sorted."""
        return await league_view(uow, rules, staff, month, tier, by, locale)
