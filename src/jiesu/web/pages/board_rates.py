"""The rates at length: by unit, category, function or officer, of a calendar or assessment month, and how dates were kept."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.divided import divided_view
from jiesu.desk.board.parts import By, Part
from jiesu.desk.board.periods import MonthKind, months_back
from jiesu.desk.board.punctual import punctual_list, punctual_view
from jiesu.desk.board.rates import counted_view, rates_view, uncounted_view
from jiesu.desk.co_handling import co_handling_view
from jiesu.desk.names import unit_named
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.wording import TARGETS
from jiesu.web.pages.admin.words import FUNCTIONS
from jiesu.web.pages.board import link_of
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.rendering import render

__all__ = ["BoardRatesPages"]


class BoardRatesPages(Controller):
    path = "/board"

    @get("/rates")
    async def rates(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
        by: FromQuery[By | None] = None,
    ) -> Response[Any]:
        """The three rates and the dates kept (三率明细); a number leads to its tickets."""
        chosen = allowed_unit(staff, unit)
        kept = {
            "month": month,
            "unit": chosen if chosen != staff.unit else None,
            "period": None if period is MonthKind.CALENDAR else period,
        }
        return render(
            request,
            "board_rates.html",
            staff=staff,
            rates=await rates_view(uow, rules, staff, month, chosen, locale, period),
            divided=await divided_view(uow, rules, staff, month, chosen, by, locale, period) if by else None,
            punctual=await punctual_view(uow, rules, staff, month, chosen, locale, period),
            parts=(await co_handling_view(uow, rules, staff, month, chosen, locale, period)).units,
            by=by,
            ways=[each for each in By if each is not By.OFFICER or staff.has(Right.SUPERVISE)],
            period=period,
            periods=list(MonthKind) if rules.rates.first_day > 1 else [],
            months=months_back(uow, rules, period),
            least=rules.rates.minimum,
            parents={row.parent for row in rules.organisation.units.values()},
            functions=FUNCTIONS,
            board_words=BOARD_WORDS,
            here=link_of("/board/rates", **kept, by=by),
            tickets=link_of("/board/tickets", **kept),
            dates=link_of("/board/dates", **kept),
        )

    @get("/tickets")
    async def counted(
        self,
        request: Request[Any, Any, Any],
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
    ) -> Response[Any]:
        """Exactly the tickets that make a figure, and those that were asked about and do not count, each with why."""
        part = Part(by, key) if by and key else None
        more: dict[str, Any] = {"period": period, "part": part}
        others = [] if reason else await uncounted_view(uow, rules, staff, month, unit, locale, **more)
        return render(
            request,
            "counted.html",
            staff=staff,
            rows=await counted_view(uow, rules, staff, month, unit, locale, reason=reason, **more),
            others=others,
            reason=rules.reasons.name(reason, locale) if reason else None,
            month=month or months_back(uow, rules, period, 1)[0],
            period=period,
            unit=unit_named(rules, unit or staff.unit, locale),
            board_words=BOARD_WORDS,
        )

    @get("/dates")
    async def dates(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        clock: FromQuery[ClockKind],
        target: FromQuery[Target],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
        period: FromQuery[MonthKind] = MonthKind.CALENDAR,
    ) -> Response[Any]:
        """Exactly the dates behind a line of those that fell due."""
        return render(
            request,
            "board_dates.html",
            staff=staff,
            rows=await punctual_list(uow, rules, staff, month, unit, clock, target, locale, period),
            clock=clock,
            target=TARGETS[target][locale],
            code=target,
            month=month or months_back(uow, rules, period, 1)[0],
            period=period,
            unit=unit_named(rules, unit or staff.unit, locale),
            board_words=BOARD_WORDS,
        )
