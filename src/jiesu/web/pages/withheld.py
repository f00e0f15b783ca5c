"""The keeper's page: texts that look classified, one by one."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.withheld import withheld_text, withheld_views
from jiesu.errors import DomainError, Kind
from jiesu.intake.review import review_withheld
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.secrecy.models import Decision
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete, fields_of, problem_of
from jiesu.web.pages.rendering import go, render

__all__ = ["WithheldPages"]


def _decision(fields: Fields) -> Decision:
    if fields["do"] not in set(Decision):
        raise Incomplete("do")
    return Decision(fields["do"])


class WithheldPages(Controller):
    path = "/desk/withheld"

    @get("/")
    async def listing(
        self, request: Request[Any, Any, Any], staff: NamedDependency[Staff], uow: NamedDependency[UnitOfWork]
    ) -> Response[Any]:
        """What waits for review (待审查), without a word of it."""
        return render(request, "withheld.html", staff=staff, items=await withheld_views(uow, staff), text=None)

    @post("/{number:str}/{position:int}", status_code=HTTP_200_OK)
    async def act(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        position: FromPath[int],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Read one, which is recorded, or decide on it."""
        fields = await fields_of(request)
        problem = None
        if fields["do"] != "read":
            try:
                async with uow.attempt():
                    await review_withheld(uow, rules, staff, number, position, _decision(fields), fields["words"])
                return go("/desk/withheld?done=1")
            except DomainError as error:
                if error.kind is Kind.MISSING:
                    raise
                problem = problem_of(error, locale)
        return await self._text(request, staff, uow, number, position, fields, problem)

    async def _text(
        self,
        request: Request[Any, Any, Any],
        staff: Staff,
        uow: UnitOfWork,
        number: str,
        position: int,
        fields: Fields,
        problem: FormProblem | None,
    ) -> Response[Any]:
        text = await withheld_text(uow, staff, number, position)
        return render(
            request,
            "withheld.html",
            status=problem.status if problem else HTTP_200_OK,
            staff=staff,
            items=[],
            text=text,
            fields=fields,
            problem=problem,
            wrong_prefix=f"{fields['do']}-",
        )
