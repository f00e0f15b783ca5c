"""The board on a page: what waits and what is late, and the three rates, each figure with its tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.figures import counted_view, overview, rates_view
from jiesu.desk.views import Named, unit_named
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.pages.rendering import render

__all__ = ["BoardPages"]

#: How many months can be chosen.
MONTHS = 6


def _months(uow: UnitOfWork) -> list[str]:
    """This month and those before it, newest first: `2026-11`."""
    day = uow.now.astimezone(SHANGHAI).date()
    found = []
    for _ in range(MONTHS):
        found.append(f"{day:%Y-%m}")
        day = day.replace(day=1) - timedelta(days=1)
    return found


def _trail(rules: Rules, staff: Staff, unit: str, locale: Locale) -> list[Named]:
    """The units from the person's own down to the one shown."""
    above = [code for code in reversed(rules.organisation.ancestors(unit)) if code in staff.subtree]
    return [named for code in (*above, unit) if (named := unit_named(rules, code, locale))]


class BoardPages(Controller):
    path = "/board"

    @get("/")
    async def board(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        unit: FromQuery[str | None] = None,
    ) -> Response[Any]:
        """Numbers first (看板); a unit's name leads to the units below it."""
        rates = await rates_view(uow, rules, staff, month, unit, locale)
        return render(
            request,
            "board.html",
            staff=staff,
            overview=await overview(uow, rules, staff, locale),
            rates=rates,
            months=_months(uow),
            trail=_trail(rules, staff, unit or staff.unit, locale),
            parents={row.parent for row in rules.organisation.units.values()},
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
    ) -> Response[Any]:
        """Exactly the tickets that make a unit's figures."""
        rows = await counted_view(uow, rules, staff, month, unit, locale)
        return render(
            request,
            "counted.html",
            staff=staff,
            rows=rows,
            month=month or _months(uow)[0],
            unit=unit_named(rules, unit or staff.unit, locale),
        )
