"""My tickets (我的诉求): a telephone number, a code by short message, and everything filed with that telephone."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.attachments.keep import kept_files
from jiesu.db.uow import UnitOfWork
from jiesu.desk.documents import own_link
from jiesu.desk.own_copy import own_copy
from jiesu.errors import DomainError
from jiesu.intake.access import CODE_LASTS, VISIT_LASTS, ask_for_code, leave, open_visit, visiting_phone
from jiesu.intake.guesses import Guesses
from jiesu.intake.own import MOST_OWN, own_ticket
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.my import own_list
from jiesu.web.pages.forms import FormProblem, fields_of, problem_of
from jiesu.web.pages.own import done_word, own_page, take_own_step
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.uploads import LARGEST_FORM, uploads_of

__all__ = ["VISIT", "MyPages"]

#: What the browser holds: the handle of the code that was asked for, then the token of the visit.
ASKED, VISIT = "jiesu_asked", "jiesu_my"


def _cookie(request: Request[Any, Any, Any], name: str, value: str, seconds: float, path: str = "/my") -> Cookie:
    secure = request.app.state.kernel.settings.https
    return Cookie(name, value=value, max_age=int(seconds), path=path, httponly=True, samesite="lax", secure=secure)


def _visit(request: Request[Any, Any, Any], value: str, seconds: float) -> list[Cookie]:
    """The token of the visit, here and at the form, which asks whether it is about a ticket that is still open."""
    return [_cookie(request, VISIT, value, seconds, path) for path in ("/my", "/file")]


def _drop(request: Request[Any, Any, Any], name: str) -> Cookie:
    return _cookie(request, name, "", 0)


class MyPages(Controller):
    path = "/my"
    request_max_body_size = 32 * 1024

    @get("/")
    async def home(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        again: FromQuery[bool] = False,
    ) -> Response[Any]:
        """The list to who is here; to others the form for the code, or for the telephone."""
        phone = await visiting_phone(uow, rules.keys, request.cookies.get(VISIT))
        if phone is not None:
            tickets = await own_list(uow, rules, phone, locale)
            return render(request, "my.html", tickets=tickets, most=MOST_OWN)
        asked = request.cookies.get(ASKED) and not again
        return render(request, "my_code.html" if asked else "my_phone.html", phone="")

    @post("/code", status_code=HTTP_200_OK)
    async def ask(
        self,
        request: Request[Any, Any, Any],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Have a code sent (获取验证码); what comes next is the same for every telephone."""
        number = (await fields_of(request))["phone"]
        try:
            handle = await ask_for_code(uow, rules.keys, number, guesses)
        except DomainError as error:
            return _again(request, "my_phone.html", error, problem_of(error, locale), phone=number)
        return go("/my", [_cookie(request, ASKED, handle, CODE_LASTS.total_seconds())])

    @post("/enter", status_code=HTTP_200_OK)
    async def enter(
        self,
        request: Request[Any, Any, Any],
        guesses: NamedDependency[Guesses],
        uow: NamedDependency[UnitOfWork],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Show the code (输入验证码)."""
        fields = await fields_of(request)
        found = await open_visit(uow, guesses, request.cookies.get(ASKED, ""), fields["code"])
        if isinstance(found, DomainError):
            return _again(request, "my_code.html", found, problem_of(found, locale))
        visit = _visit(request, found, VISIT_LASTS.total_seconds())
        return go("/my", [*visit, _drop(request, ASKED)])

    @post("/leave", status_code=HTTP_200_OK)
    async def leave(self, request: Request[Any, Any, Any], uow: NamedDependency[UnitOfWork]) -> Response[Any]:
        """Leave, for whoever shares the phone or the counter's screen (离开)."""
        await leave(uow, request.cookies.get(VISIT))
        return go("/", [*_visit(request, "", 0), _drop(request, ASKED)])

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
        """One of one's own tickets; who is not here any more begins anew."""
        phone = await visiting_phone(uow, rules.keys, request.cookies.get(VISIT))
        if phone is None:
            return go("/my")
        ticket = await own_ticket(uow, phone, number)
        return await own_page(request, uow, rules, ticket, locale, mine=True, done=done)

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
        phone = await visiting_phone(uow, rules.keys, request.cookies.get(VISIT))
        if phone is None:
            return go("/my")
        ticket = await own_ticket(uow, phone, number, lock=True)
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
        """Add details, ask for it to be taken up again, or withdraw."""
        kernel: Kernel = request.app.state.kernel
        async with kernel.db.begin() as look:  # ended before codes are judged and files are written
            phone = await visiting_phone(look, rules.keys, request.cookies.get(VISIT))
            if phone is None:
                return go("/my")
            await own_ticket(look, phone, number)
        fields = await fields_of(request)
        try:
            if fields["do"] == "withdraw":
                await guesses.check(number, fields["code"])
            uploads = await uploads_of(request)
            async with kept_files(kernel.files, uploads) as files, uow.attempt():
                ticket = await own_ticket(uow, phone, number, lock=True)
                await take_own_step(uow, kernel, ticket, fields, files)
        except DomainError as error:
            ticket, problem = await own_ticket(uow, phone, number), problem_of(error, locale)
            page = await own_page(request, uow, rules, ticket, locale, mine=True, problem=problem, fields=fields)
            return waiting(page, error)
        return go(f"/my/{number}?done={done_word(fields['do'])}")

    @post("/{number:str}/copy", status_code=HTTP_200_OK)
    async def copy(
        self,
        request: Request[Any, Any, Any],
        number: FromPath[str],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Everything held about the petitioner on this ticket, in full: the code has shown whose telephone it is (本人资料副本)."""
        phone = await visiting_phone(uow, rules.keys, request.cookies.get(VISIT))
        if phone is None:
            return go("/my")
        found = await own_copy(uow, rules, await own_ticket(uow, phone, number, lock=True), None, locale, proven=True)
        return render(request, "own_copy.html", copy=found, ticket=found.progress, back=f"/my/{number}")


def _again(
    request: Request[Any, Any, Any], template: str, error: DomainError, problem: FormProblem, **context: Any
) -> Response[Any]:
    """The form once more, with what was wrong."""
    return waiting(render(request, template, status=problem.status, problem=problem, **context), error)
