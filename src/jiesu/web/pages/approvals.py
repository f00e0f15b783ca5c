"""Approvals on a page: what waits for the person's decision, decided in place."""

from __future__ import annotations

from itertools import chain
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.approvals import DECISIONS, approvals
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.actions import Call
from jiesu.web.dependencies import version_of
from jiesu.web.pages.board_words import BOARD_WORDS
from jiesu.web.pages.deciding import Refused, decide
from jiesu.web.pages.forms import fields_of
from jiesu.web.pages.rendering import address, go, render

__all__ = ["ApprovalPages"]

OFFERED = tuple(dict.fromkeys(chain.from_iterable(DECISIONS.values())))


class ApprovalPages(Controller):
    path = "/board/approvals"

    @get("/")
    async def waiting(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
        number: FromQuery[str] = "",
    ) -> Response[Any]:
        """What waits for a decision (审批)."""
        return await _page(request, staff, uow, rules, locale, done=done, number=number)

    @post("/{number:str}", status_code=HTTP_200_OK)
    async def act(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Decide, and come back to what is left (审批)."""
        fields = await fields_of(request)
        call = Call(uow, rules, staff, number, version_of(fields["version"]))
        refused = await decide(call, fields, OFFERED, locale)
        if refused is None:
            return go(address("/board/approvals", {"done": fields["action"], "number": number}))
        return await _page(request, staff, uow, rules, locale, refused=refused)


async def _page(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    locale: Locale,
    *,
    refused: Refused | None = None,
    done: str = "",
    number: str = "",
) -> Response[Any]:
    return render(
        request,
        "board_approvals.html",
        status=refused.problem.status if refused else HTTP_200_OK,
        staff=staff,
        waiting=await approvals(uow, rules, staff, locale),
        decisions=DECISIONS,
        refused=refused,
        problem=refused.problem if refused else None,
        done=done if done in OFFERED else "",
        number=number if done in OFFERED else "",
        board_words=BOARD_WORDS,
    )
