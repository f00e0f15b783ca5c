"""One's own account on pages: password, second factor, and where one is signed in."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts import second_factor
from jiesu.accounts.change_password import change_password
from jiesu.accounts.password_rules import SHORTEST
from jiesu.accounts.second_factor import WrongCode
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError, Invalid
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.own_account import go_on, open_sessions, picture_of, revoke_one, revoke_others
from jiesu.web.pages.forms import fields_of, problem_of
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.sessions import client_address
from jiesu.web.signed_in import SignedInPerson

__all__ = ["AccountPages"]


class NotTheSame(Invalid):
    zh = "两次输入的新密码不一样。请再输入一次。"
    en = "The two new passwords differ. Type the second one again."


def _page(
    request: Request[Any, Any, Any], person: SignedInPerson, template: str, problem: Any = None, **context: Any
) -> Response[Any]:
    """A page of the account; without the desk's menu while something is owed first."""
    status = problem.status if problem else HTTP_200_OK
    shown = None if person.owes else person.staff
    owed = [duty.__name__ for duty in person.owes]
    return render(
        request, template, status=status, staff=shown, account=person.account, owed=owed, problem=problem, **context
    )


class AccountPages(Controller):
    path = "/account"

    @get("/")
    async def overview(
        self, request: Request[Any, Any, Any], person: NamedDependency[SignedInPerson], state: State
    ) -> Response[Any]:
        """What there is to one's account, and where one is signed in (我的账号)."""
        return _page(request, person, "account.html", sessions=await open_sessions(state, person))

    @get("/password")
    async def password_form(
        self, request: Request[Any, Any, Any], person: NamedDependency[SignedInPerson]
    ) -> Response[Any]:
        """The form for another password (修改密码)."""
        return _page(request, person, "password.html", least=SHORTEST)

    @post("/password", status_code=HTTP_200_OK)
    async def password(
        self,
        request: Request[Any, Any, Any],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        state: State,
    ) -> Response[Any]:
        """Change it, and go on to what is owed next, or to the account."""
        fields = await fields_of(request)
        refused = await _changed(uow, rules, person, fields, client_address(request))
        if refused is not None:
            page = _page(request, person, "password.html", problem_of(refused, locale), least=SHORTEST)
            return waiting(page, refused)
        await go_on(state, person)
        return go("/desk" if person.owes else "/account?done=password")

    @get("/second-factor")
    async def second_factor_form(
        self, request: Request[Any, Any, Any], person: NamedDependency[SignedInPerson]
    ) -> Response[Any]:
        """The QR code for the telephone (启用动态码)."""
        return _enrolment(request, person)

    @post("/second-factor", status_code=HTTP_200_OK)
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        state: State,
    ) -> Response[Any]:
        """Switch it on; the recovery codes are shown this once."""
        fields = await fields_of(request)
        try:
            codes = await second_factor.confirm(uow, rules.keys, person.account, fields["otp"])
        except WrongCode as error:
            return _enrolment(request, person, problem_of(error, locale))
        await go_on(state, person)
        return _page(request, person, "recovery.html", codes=codes)

    @post("/sessions/{session:str}/end", status_code=HTTP_200_OK)
    async def end(
        self,
        session: FromPath[str],
        person: NamedDependency[SignedInPerson],
        uow: NamedDependency[UnitOfWork],
        state: State,
    ) -> Response[Any]:
        """Sign out there (退出该设备)."""
        await revoke_one(state, uow, person, session)
        return go("/account?done=session")

    @post("/sessions/end", status_code=HTTP_200_OK)
    async def end_others(
        self, person: NamedDependency[SignedInPerson], uow: NamedDependency[UnitOfWork], state: State
    ) -> Response[Any]:
        """Sign out everywhere else (退出其他设备)."""
        await revoke_others(state, uow, person)
        return go("/account?done=session")


async def _changed(
    uow: UnitOfWork, rules: Rules, person: SignedInPerson, fields: dict[str, str], address: str | None
) -> DomainError | None:
    """Why not, or None once the password is another. What `change_password` counted must be committed."""
    if fields["new"] != fields["again"]:
        return NotTheSame("again")
    try:
        return await change_password(uow, rules.keys, person.account, fields["current"], fields["new"], address=address)
    except Invalid as error:
        return error


def _enrolment(request: Request[Any, Any, Any], person: SignedInPerson, problem: Any = None) -> Response[Any]:
    enrolment = second_factor.begin(person.account)
    return _page(
        request, person, "second_factor.html", problem, secret=enrolment.secret, picture=picture_of(enrolment.uri)
    )
