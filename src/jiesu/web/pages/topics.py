"""Hot topics on a page: what comes again and again, ordering a look at it, and its result."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.topics import topics_view
from jiesu.desk.names import unit_or_code
from jiesu.errors import DomainError, Invalid, Kind
from jiesu.kit.clock import SHANGHAI
from jiesu.kit.locale import Locale
from jiesu.proactive.tasks import finish_proactive, order_proactive, withdraw_proactive
from jiesu.rules import Rules
from jiesu.web.api.desk import refuse_classified
from jiesu.web.pages.board import link_of, trail_of
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.forms import Fields, FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import address, go, render

__all__ = ["TopicPages"]

#: Days after which a result is proposed to be due.
USUAL = timedelta(days=7)


class DayWanted(Invalid):
    zh = "请选择完成日期。"
    en = "Choose the day it is due."


class TopicPages(Controller):
    path = "/board/topics"

    @get("/")
    async def topics(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """What comes again and again (热点话题), and what was done about it."""
        return await _page(request, staff, uow, rules, locale, unit, Fields(), done=done)

    @post("/", status_code=HTTP_200_OK)
    async def act(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        unit: FromQuery[str | None] = None,
    ) -> Response[Any]:
        """Order a look (未诉先办), report its result, or take it back."""
        fields = await fields_of(request)
        try:
            async with uow.attempt():
                await _do(uow, rules, staff, fields)
        except DomainError as error:
            if error.kind in (Kind.MISSING, Kind.FORBIDDEN):
                raise
            problem = problem_of(error, locale)
            return await _page(request, staff, uow, rules, locale, unit, fields, problem=problem)
        return go(address("/board/topics", {"unit": unit, "done": fields["do"]}))


async def _do(uow: UnitOfWork, rules: Rules, staff: Staff, fields: Fields) -> None:
    refuse_classified(rules, {"demand": fields["demand"], "result": fields["result"]})
    if fields["do"] == "done":
        await finish_proactive(uow, staff, fields["ref"], fields["result"])
    elif fields["do"] == "withdraw":
        await withdraw_proactive(uow, staff, fields["ref"])
    else:
        topic = fields["category"][:4], fields["place"][:12]
        await order_proactive(uow, rules, staff, *topic, fields["to"][:40], _day(fields["due_on"]), fields["demand"])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DayWanted("due_on") from error


async def _page(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    locale: Locale,
    unit: str | None,
    fields: Fields,
    *,
    problem: FormProblem | None = None,
    done: str = "",
) -> Response[Any]:
    view = await topics_view(uow, rules, staff, unit, locale)
    chosen, today = view.unit.code, uow.now.astimezone(SHANGHAI).date()
    below = sorted(code for code, row in rules.organisation.units.items() if row.parent == chosen)
    return render(
        request,
        "board_topics.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        view=view,
        units=[unit_or_code(rules, code, locale) for code in (chosen, *below)],
        trail=trail_of(rules, staff, chosen, locale),
        since=today - timedelta(days=view.days - 1),
        due_on=today + USUAL,
        least_day=today + timedelta(days=1),
        fields=fields,
        problem=problem,
        done=done if done in ("order", "done", "withdraw") else "",
        board_words=BOARD_WORDS,
        here=link_of("/board/topics", unit=unit),
        cut=link_of("/board/list", unit=unit),
    )
