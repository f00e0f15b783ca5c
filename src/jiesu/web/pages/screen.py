"""The big screen of the command centre: the board's numbers in panels that take turns, nobody's name among them."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import allowed_unit
from jiesu.desk.board.flow import trend
from jiesu.desk.board.hotspots import surge_views
from jiesu.desk.board.overview import overview_of
from jiesu.desk.board.rates import rates_view
from jiesu.desk.board.standing import standing
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.rendering import render

__all__ = ["ScreenPages"]


class ScreenPages(Controller):
    path = "/board/screen"

    @get("/")
    async def screen(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Four panels (大屏): now, lateness and surges, units, flow and rates."""
        unit = allowed_unit(staff, None)
        found = await standing(uow, rules, staff, unit)
        return render(
            request,
            "board_screen.html",
            staff=staff,
            at=uow.now,
            overview=await overview_of(uow, rules, staff, unit, found, locale),
            rates=(await rates_view(uow, rules, staff, None, unit, locale)),
            trend=await trend(uow, rules, staff, unit, open_now=sum(found.of().values())),
            surges=await surge_views(uow, rules, staff, unit, locale),
            board_words=BOARD_WORDS,
        )
