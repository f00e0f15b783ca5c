"""Following a ticket: number and query code open it, and for half an hour this browser remembers."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.attachments.keep import kept_files
from jiesu.db.uow import UnitOfWork
from jiesu.desk.documents import own_link
from jiesu.desk.own_copy import own_copy
from jiesu.errors import DomainError
from jiesu.intake.follow import open_own
from jiesu.intake.guesses import Guesses
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.kit.numbers import normalise_number
from jiesu.rules import Rules
from jiesu.web.pages.forms import Fields, FormProblem, fields_of, problem_of
from jiesu.web.pages.own import done_word, own_page, take_own_step
from jiesu.web.pages.passes import FOLLOW, FOLLOW_AT_FORM, drop, held, issue
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["FollowingPages"]


class FollowingPages(Controller):
    path = "/t"

    @get("/")
    async def lookup(self, request: Request[Any, Any, Any], number: FromQuery[str] = "") -> Response[Any]:
        """Asks for number and query code (查询进度)."""
        return render(request, "lookup.html", number=number)

    @post("/", status_code=HTTP_200_OK)
    async def open(
        self,
        request: Request[Any, Any, Any],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Open the ticket, or say that number and code do not belong together."""
        fields = await fields_of(request)
        number, code = fields.get("number", ""), fields.get("code", "")
        try:
            await guesses.check(number, code)
        except DomainError as error:
            problem = problem_of(error, locale)
            page = render(request, "lookup.html", status=problem.status, number=number, problem=problem)
            return waiting(page, error)
        ticket = await open_own(uow, rules.keys, number, code)
        kinds, given = (FOLLOW, FOLLOW_AT_FORM), code.strip().upper()
        return go(f"/t/{ticket.number}", [issue(request, rules.keys, kind, ticket.number, given) for kind in kinds])

    @post("/leave", status_code=HTTP_200_OK)
    async def leave(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Forget the ticket, for whoever shares the phone or the counter's screen."""
        return go("/", [drop(request, FOLLOW), drop(request, FOLLOW_AT_FORM)])

    @get("/{number:str}")
    async def progress(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        done: FromQuery[str] = "",
    ) -> Response[Any]:
        """Progress, to the browser that gave the code; else asks for it."""
        return await self._page(request, uow, rules, locale, number, done=done)

    @get("/{number:str}/files/{place:int}")
    async def file(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        place: FromPath[int],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """On to one of the petitioner's own files, or a document for them, by a link for this moment."""
        code = self._code(request, rules, number)
        if code is None:
            return render(request, "lookup.html", number=number)
        ticket = await open_own(uow, rules.keys, number, code, lock=True)
        return go(await own_link(uow, rules, ticket, place))

    @post("/{number:str}", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def act(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Add details, ask for it to be taken up again, or withdraw, which the query code confirms."""
        fields = await fields_of(request)
        code = self._code(request, rules, number)
        if code is None:
            return render(request, "lookup.html", number=number)
        kernel: Kernel = request.app.state.kernel
        try:
            if fields["do"] == "withdraw":
                await guesses.check(number, fields["code"])
            uploads = await uploads_of(request)
            async with kept_files(kernel.files, uploads) as files, uow.attempt():
                ticket = await open_own(uow, rules.keys, number, code, lock=True)
                await take_own_step(uow, kernel, ticket, fields, files)
        except DomainError as error:
            problem = problem_of(error, locale)
            page = await self._page(request, uow, rules, locale, number, problem=problem, fields=fields)
            return waiting(page, error)
        return go(f"/t/{number}?done={done_word(fields['do'])}")

    @post("/{number:str}/copy", status_code=HTTP_200_OK)
    async def copy(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Everything held about the petitioner on this ticket, fit to be printed (本人资料副本)."""
        fields = await fields_of(request)
        code = self._code(request, rules, number)
        if code is None:
            return render(request, "lookup.html", number=number)
        try:
            async with uow.attempt():
                ticket = await open_own(uow, rules.keys, number, code, lock=True)
                found = await own_copy(uow, rules, ticket, fields.get("phone"), locale)
        except DomainError as error:
            problem = problem_of(error, locale)
            return await self._page(request, uow, rules, locale, number, problem=problem, fields=fields)
        return render(request, "own_copy.html", copy=found, ticket=found.progress, back=f"/t/{number}")

    async def _page(
        self,
        request: Request[Any, Any, Any],
        uow: UnitOfWork,
        rules: Rules,
        locale: Locale,
        number: str,
        *,
        problem: FormProblem | None = None,
        fields: Fields | None = None,
        done: str = "",
    ) -> Response[Any]:
        code = self._code(request, rules, number)
        if code is None:
            return render(request, "lookup.html", number=number)
        ticket = await open_own(uow, rules.keys, number, code)
        return await own_page(request, uow, rules, ticket, locale, problem=problem, fields=fields, done=done)

    @staticmethod
    def _code(request: Request[Any, Any, Any], rules: Rules, number: str) -> str | None:
        mine = held(request, rules.keys, FOLLOW)
        return mine.code if mine is not None and mine.number == normalise_number(number) else None
