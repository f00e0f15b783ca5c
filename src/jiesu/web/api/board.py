"""What supervisors watch."""

from __future__ import annotations

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut
from jiesu.desk.board.divided import DividedView, divided_view
from jiesu.desk.board.flow import SPANS, Trend, trend
from jiesu.desk.board.hotspots import HeatOf, Hotspots, hotspots
from jiesu.desk.board.listing import CutPage, cut_page
from jiesu.desk.board.overview import Overview, overview
from jiesu.desk.board.parts import By, Part
from jiesu.desk.board.periods import MonthKind
from jiesu.desk.board.punctual import DateView, PunctualView, punctual_list, punctual_view
from jiesu.desk.board.rates import CountedView, RatesView, UncountedView, counted_view, rates_view, uncounted_view
from jiesu.desk.co_handling import CoHandlingView, co_handling_view
from jiesu.desk.queue import View, list_tickets
from jiesu.desk.rows import queue_row
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind, Target
from jiesu.web.api.desk import QueuePage
from jiesu.web.cutting import CUT

__all__ = ["BoardController"]


class BoardController(Controller):
    path = "/board"
    tags = ("board",)

    @get("/overview", operation_id="BoardOverview")
    async def overview(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Overview:
        """What is late and what waits (总览), by default in one's own unit and below."""
        return await overview(uow, rules, staff, unit, locale)

    @get("/escalations", operation_id="BoardEscalations")
    async def escalations(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> QueuePage:
        """Tickets with escalations that nobody acknowledged (待认领督办)."""
        page = await list_tickets(uow, rules.keys, staff, View.ESCALATED, cursor=cursor)
        rows = [queue_row(ticket, rules, uow.now, locale) for ticket in page.tickets]
        return QueuePage(View.ESCALATED, uow.now, rows, page.next_cursor)

    @get("/rates", operation_id="BoardRates")
    async def rates(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> RatesView:
        """The three rates of a month (三率), `2026-10`, and of the one before; by default this month and one's own unit."""
        return await rates_view(uow, rules, staff, month, unit, locale, period)

    @get("/rates/by", operation_id="BoardRatesBy")
    async def divided(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        by: FromQuery[By],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> DividedView:
        """The same rates divided by category, function or officer; officers' are for whoever supervises them."""
        return await divided_view(uow, rules, staff, month, unit, by, locale, period)

    @get("/punctuality", operation_id="BoardPunctuality")
    async def punctuality(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> PunctualView:
        """Dates that fell due in the month, by clock (按时办理): kept, late, and how late in working hours."""
        return await punctual_view(uow, rules, staff, month, unit, locale, period)

    @get("/punctuality/tickets", operation_id="BoardPunctualityTickets")
    async def dates(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        clock: FromQuery[ClockKind],
        target: FromQuery[Target],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> list[DateView]:
        """The dates behind one line of them."""
        return await punctual_list(uow, rules, staff, month, unit, clock, target, locale, period)

    @get("/co-handling", operation_id="BoardCoHandling")
    async def co_handling(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> CoHandlingView:
        """How co-handlers kept their own dates (协办时效); no part of the lead's rates."""
        return await co_handling_view(uow, rules, staff, month, unit, locale, period)

    @get("/rates/tickets", operation_id="BoardRatesTickets")
    async def counted(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        reason: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
        by: FromQuery[By | None] = None,
        key: FromQuery[str | None] = None,
    ) -> list[CountedView]:
        """The tickets behind the figures of a unit's subtree, behind one line of them, or one reason for dissatisfaction."""
        part = Part(by, key) if by and key else None
        return await counted_view(uow, rules, staff, month, unit, locale, reason=reason, period=period, part=part)

    @get("/rates/uncounted", operation_id="BoardRatesUncounted")
    async def uncounted(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
        by: FromQuery[By | None] = None,
        key: FromQuery[str | None] = None,
    ) -> list[UncountedView]:
        """Tickets that were asked about and count in no figure, and why each does not."""
        part = Part(by, key) if by and key else None
        return await uncounted_view(uow, rules, staff, month, unit, locale, period=period, part=part)

    @get("/trend", operation_id="BoardTrend")
    async def trend(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        unit: FromQuery[str | None] = None,
        days: FromQuery[int] = SPANS[0],
    ) -> Trend:
        """How many came, ended and stood open, day by day (进出与积压), for 30 or 90 days."""
        return await trend(uow, rules, staff, unit, days)

    @get("/hotspots", operation_id="BoardHotspots")
    async def hotspots(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
        of: FromQuery[HeatOf] = HeatOf.OPEN,
    ) -> Hotspots:
        """Where appeals gather: category by place, and what came in surges (热点)."""
        return await hotspots(uow, rules, staff, unit, of, locale)

    @get("/tickets", operation_id="BoardTickets", dependencies=CUT)
    async def tickets(
        self,
        cut: NamedDependency[Cut],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> CutPage:
        """Exactly the tickets behind a figure of the board (数字背后的工单)."""
        return await cut_page(uow, rules, staff, cut, cursor, locale)
