"""The board on a page: what waits and what is late, the rates, hot spots and the flow, each figure with its tickets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.cuts import Cut, allowed_unit
from jiesu.desk.board.export import export_cut
from jiesu.desk.board.export_long import MOST_PREPARED, order_export
from jiesu.desk.board.flow import SPANS, trend
from jiesu.desk.board.hotspots import HeatOf, category_of, heat, place_named, surge_views
from jiesu.desk.board.league import SortedBy, league_view
from jiesu.desk.board.listing import count_of, cut_page
from jiesu.desk.board.overview import STATUSES, overview_of
from jiesu.desk.board.periods import months_back
from jiesu.desk.board.rates import rates_view
from jiesu.desk.board.sheets import MOST
from jiesu.desk.board.standing import standing
from jiesu.desk.names import Named, unit_named
from jiesu.errors import DomainError, Kind
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.tickets.words import say_status
from jiesu.web.cutting import CUT, file_answer
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.exports import asked_of
from jiesu.web.pages.forms import FormProblem, problem_of
from jiesu.web.pages.rendering import address, go, render

__all__ = ["BoardPages", "link_of", "trail_of"]


def trail_of(rules: Rules, staff: Staff, unit: str, locale: Locale) -> list[Named]:
    """The units from the person's own down to the one shown."""
    above = [code for code in reversed(rules.organisation.ancestors(unit)) if code in staff.subtree]
    return [named for code in (*above, unit) if (named := unit_named(rules, code, locale))]


def link_of(path: str, **kept: Any) -> Callable[..., str]:
    """Makes addresses of a page: what is kept, unless a call says otherwise; None leaves a parameter out."""
    return lambda **changed: address(path, kept | changed)


async def _listed(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    locale: Locale,
    cut: Cut,
    cursor: str = "",
    problem: FormProblem | None = None,
) -> Response[Any]:
    return render(
        request,
        "board_list.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        page=await cut_page(uow, rules, staff, cut, cursor, locale),
        cut=cut,
        later=bool(cursor),
        most=MOST_PREPARED,
        at_once=MOST,
        problem=problem,
        status_words=say_status(cut.status, locale) if cut.status else "",
        unit=unit_named(rules, cut.unit or staff.unit, locale),
        category=category_of(rules, cut.category, locale) if cut.category else None,
        place=place_named(rules, cut.place, locale) if cut.place else None,
        board_words=BOARD_WORDS,
        here=link_of("/board/list", **cut.query),
        there=link_of("/board/export", **cut.query),
    )


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
        days: FromQuery[int] = SPANS[0],
        of: FromQuery[HeatOf] = HeatOf.OPEN,
    ) -> Response[Any]:
        """Numbers first (看板); a unit's name leads to the units below it, a number to its tickets."""
        chosen = allowed_unit(staff, unit)
        asked = chosen if chosen != staff.unit else None
        found = await standing(uow, rules, staff, chosen)
        return render(
            request,
            "board.html",
            staff=staff,
            overview=await overview_of(uow, rules, staff, chosen, found, locale),
            least=rules.rates.minimum,
            rates=await rates_view(uow, rules, staff, month, chosen, locale),
            trend=await trend(uow, rules, staff, chosen, days, open_now=sum(found.of().values())),
            heat=await heat(uow, rules, staff, chosen, of, found, locale),
            surges=await surge_views(uow, rules, staff, chosen, locale),
            months=months_back(uow, rules),
            spans=SPANS,
            trail=trail_of(rules, staff, chosen, locale),
            parents={row.parent for row in rules.organisation.units.values()},
            statuses=STATUSES,
            board_words=BOARD_WORDS,
            here=link_of("/board", unit=asked, month=month, days=days if days != SPANS[0] else None, of=None),
            cut=link_of("/board/list", unit=asked),
        )

    @get("/list", dependencies=CUT)
    async def listed(
        self,
        request: Request[Any, Any, Any],
        cut: NamedDependency[Cut],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """Exactly the tickets behind a number."""
        return await _listed(request, staff, uow, rules, locale, cut, cursor)

    @post("/export", dependencies=CUT, status_code=HTTP_200_OK)
    async def export(
        self,
        request: Request[Any, Any, Any],
        cut: NamedDependency[Cut],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """The same as a file (导出), at once or by a worker; it is on record before it goes out."""
        try:
            async with uow.attempt():
                asked = await asked_of(request, rules, locale)
                if await count_of(uow, rules, staff, cut) > MOST:
                    await order_export(uow, rules, staff, cut, asked)
                    return go("/board/files")
                file = await export_cut(uow, rules, staff, cut, asked)
        except DomainError as error:
            if error.kind not in (Kind.INVALID, Kind.CONFLICT):
                raise
            return await _listed(request, staff, uow, rules, locale, cut, problem=problem_of(error, locale))
        return file_answer(file)

    @get("/league")
    async def league(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        month: FromQuery[str | None] = None,
        tier: FromQuery[str | None] = None,
        by: FromQuery[SortedBy] = SortedBy.SCORE,
    ) -> Response[Any]:
        """All stations and centres of a tier beside each other (排名)."""
        league = await league_view(uow, rules, staff, month, tier, by, locale)
        return render(
            request,
            "board_league.html",
            staff=staff,
            league=league,
            months=months_back(uow, rules),
            board_words=BOARD_WORDS,
            here=link_of("/board/league", month=month, tier=tier, by=by if by != SortedBy.SCORE else None),
        )
