"""What supervisors watch."""

from __future__ import annotations

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.co_handling import CoHandlingView, co_handling_view
from jiesu.desk.figures import CountedView, Overview, RatesView, counted_view, overview, rates_view
from jiesu.desk.queue import View, list_tickets
from jiesu.desk.views import queue_row
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.desk import QueuePage

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
    ) -> Overview:
        """What is late and what waits (总览)."""
        return await overview(uow, rules, staff, locale)

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
    ) -> RatesView:
        """The three rates of a month (三率), `2026-10`; by default this month and one's own unit."""
        return await rates_view(uow, rules, staff, month, unit, locale)

    @get("/co-handling", operation_id="BoardCoHandling")
    async def co_handling(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
    ) -> CoHandlingView:
        """How co-handlers kept their own dates (协办时效); no part of the lead's rates."""
        return await co_handling_view(uow, rules, staff, month, unit, locale)

    @get("/rates/tickets", operation_id="BoardRatesTickets")
    async def counted(
        self,
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
    ) -> list[CountedView]:
        """The tickets behind the figures of a unit's subtree."""
        return await counted_view(uow, rules, staff, month, unit, locale)
