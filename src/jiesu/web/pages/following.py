"""Following a ticket: number and query code open it, and for half an hour this browser remembers."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.attachments.keep import kept_files
from jiesu.db.uow import UnitOfWork
from jiesu.desk.attachments import attachment_views, link_of
from jiesu.desk.views import progress_view
from jiesu.errors import DomainError
from jiesu.intake.attach import attach_own
from jiesu.intake.careful import reopen_carefully, supplement_carefully
from jiesu.intake.consent import consent_views, withdraw_consent
from jiesu.intake.follow import open_own, withdraw_own
from jiesu.kit.locale import Locale
from jiesu.kit.numbers import normalise_number
from jiesu.petitioners.notices import Purpose
from jiesu.rules import Rules
from jiesu.web.pages.forms import Fields, FormProblem, Incomplete, fields_of, problem_of
from jiesu.web.pages.passes import FOLLOW, drop, held, issue
from jiesu.web.pages.rendering import go, render
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["FollowingPages"]


def _purpose(fields: Fields) -> Purpose:
    if fields["purpose"] not in set(Purpose):
        raise Incomplete("purpose")
    return Purpose(fields["purpose"])


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
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Open the ticket, or say that number and code do not belong together."""
        fields = await fields_of(request)
        number, code = fields.get("number", ""), fields.get("code", "")
        try:
            ticket = await open_own(uow, rules.keys, number, code)
        except DomainError as error:
            problem = problem_of(error, locale)
            return render(request, "lookup.html", status=problem.status, number=number, problem=problem)
        pass_ = issue(request, rules.keys, FOLLOW, ticket.number, code.strip().upper())
        return go(f"/t/{ticket.number}", [pass_])

    @post("/leave", status_code=HTTP_200_OK)
    async def leave(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Forget the ticket, for whoever shares the phone or the counter's screen."""
        return go("/", [drop(request, FOLLOW)])

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
        """On to one of the petitioner's own files, by a link for this moment."""
        code = self._code(request, rules, number)
        if code is None:
            return render(request, "lookup.html", number=number)
        ticket = await open_own(uow, rules.keys, number, code)
        return go(await link_of(uow, rules.keys, ticket, place, own=True))

    @post("/{number:str}", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
    async def act(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Add details, ask for it to be taken up again, or withdraw, which the query code confirms."""
        fields = await fields_of(request)
        code = self._code(request, rules, number)
        step, confirmed = fields.get("do", ""), "confirmed_unclassified" in fields
        if code is None:
            return render(request, "lookup.html", number=number)
        try:
            uploads = await uploads_of(request)
            async with kept_files(request.app.state.kernel.files, uploads) as files, uow.session.begin_nested():
                if step == "withdraw":
                    await withdraw_own(uow, rules.keys, number, fields.get("code", ""), fields.get("reason"))
                elif step == "consent":
                    await withdraw_consent(uow, rules, number, code, _purpose(fields))
                elif step == "reopen":
                    reason = fields.get("reason", "")
                    await reopen_carefully(uow, rules, number, code, reason, confirmed=confirmed)
                else:
                    if fields.get("text", "").strip() or not files:
                        text = fields.get("text", "")
                        await supplement_carefully(uow, rules, number, code, text, confirmed=confirmed)
                    if files:
                        scan = request.app.state.kernel.scans
                        await attach_own(uow, rules.keys, number, code, files, scan=scan)
        except DomainError as error:
            problem = problem_of(error, locale)
            return await self._page(request, uow, rules, locale, number, problem=problem, fields=fields)
        return go(f"/t/{number}?done={step if step in ('withdraw', 'reopen', 'consent') else 'supplement'}")

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
        view = await progress_view(uow, rules, ticket, locale)
        status = problem.status if problem else HTTP_200_OK
        return render(
            request,
            "progress.html",
            status=status,
            ticket=view,
            files=await attachment_views(uow, rules.keys, ticket, own=True),
            consents=await consent_views(uow, rules, ticket, locale),
            lost=bool(problem and await uploads_of(request)),
            problem=problem,
            fields=fields or Fields(),
            done=done,
        )

    @staticmethod
    def _code(request: Request[Any, Any, Any], rules: Rules, number: str) -> str | None:
        mine = held(request, rules.keys, FOLLOW)
        return mine.code if mine is not None and mine.number == normalise_number(number) else None
