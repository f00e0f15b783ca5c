"""Escalations on a page: who waits for an acknowledgement by when, what each level did, and acknowledging in place."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.board.ladders import waiting_tickets
from jiesu.desk.board.overview import escalation_levels
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.actions import Call
from jiesu.web.dependencies import version_of
from jiesu.web.pages.deciding import Refused, decide
from jiesu.web.pages.forms import fields_of
from jiesu.web.pages.rendering import go, render

__all__ = ["EscalationPages"]

LEVELS = range(1, 10)
#: What can be done here to a ticket without opening it.
OFFERED = ("acknowledge", "take_over", "own_case")


class EscalationPages(Controller):
    path = "/board/escalations"

    @get("/")
    async def waiting(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        level: FromQuery[int | None] = None,
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """What waits for the person's posts (督办), the highest level first."""
        chosen = level if level in LEVELS else None
        return await _page(request, staff, uow, rules, locale, chosen, done=done)

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
        """Acknowledge (认领), take over (提级办理), or own the case (领导包案)."""
        fields = await fields_of(request)
        call = Call(uow, rules, staff, number, version_of(fields["version"]))
        refused = await decide(call, fields, OFFERED, locale)
        if refused is None:
            return go(f"/board/escalations?done={fields['action']}")
        return await _page(request, staff, uow, rules, locale, None, refused=refused)


async def _page(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    locale: Locale,
    level: int | None,
    *,
    refused: Refused | None = None,
    done: str = "",
) -> Response[Any]:
    levels = await escalation_levels(uow, rules, staff, staff.unit)
    return render(
        request,
        "board_escalations.html",
        status=refused.problem.status if refused else HTTP_200_OK,
        staff=staff,
        levels=levels,
        level=level,
        waiting=await waiting_tickets(uow, rules, staff, level, locale),
        answers=staff.has(Right.SUPERVISE) or staff.has(Right.DISPATCH),
        refused=refused,
        problem=refused.problem if refused else None,
        done=done if done in OFFERED else "",
    )
