"""Accounts and their posts: found, added, given posts, locked, and helped when something was forgotten or lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.add import add_account
from jiesu.accounts.grants import give_post, take_post
from jiesu.accounts.listing import every_post, find_account, list_accounts
from jiesu.accounts.lockout import waiting_names
from jiesu.accounts.resets import activate, deactivate, end_sessions, release, reset_password, reset_second_factor
from jiesu.accounts.roles import Role
from jiesu.accounts.sign_in import tidy_username
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import unit_named
from jiesu.errors import DomainError, Invalid
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.chosen_unit import matching_units, typed_unit
from jiesu.web.pages.admin.words import ROLE_DUTIES
from jiesu.web.pages.forms import Fields, FormProblem, fields_of, problem_of
from jiesu.web.pages.rendering import go, render
from jiesu.web.problems import locale_of

__all__ = ["AccountsPages"]


class ChooseRole(Invalid):
    zh = "请选择岗位。"
    en = "Choose a role."


class ChooseWhatToDo(Invalid):
    zh = "没有这项操作。请刷新页面后再试。"
    en = "There is no such operation. Reload the page and try again."


class Change(NamedTuple):
    """What an administrator does to somebody else's account, and with what was filled in."""

    uow: UnitOfWork
    rules: Rules
    staff: Staff
    username: str
    fields: Fields


async def _give(change: Change) -> None:
    unit = typed_unit(change.rules.organisation, change.fields["unit"])
    role = _role(change.fields)
    await give_post(change.uow, change.rules.organisation, change.username, role, unit, by=change.staff.username)


async def _take(change: Change) -> None:
    await take_post(change.uow, change.username, _role(change.fields), change.fields["unit"], by=change.staff.username)


async def _release(change: Change) -> None:
    await release(change.uow, change.rules.keys, change.username, by=change.staff.username)


def _plain(use_case: Callable[..., Awaitable[Any]]) -> Callable[[Change], Awaitable[Any]]:
    """A use case that needs nothing but the name."""

    async def run(change: Change) -> Any:
        return await use_case(change.uow, change.username, by=change.staff.username)

    return run


#: What a form's `do` says → what is done; what comes back is an initial password, shown once.
CHANGES: Mapping[str, Callable[[Change], Awaitable[str | None]]] = {
    "give": _give,
    "take": _take,
    "release": _release,
    "deactivate": _plain(deactivate),
    "activate": _plain(activate),
    "end_sessions": _plain(end_sessions),
    "reset_password": _plain(reset_password),
    "reset_second_factor": _plain(reset_second_factor),
}


class AccountsPages(Controller):
    path = "/admin/users"

    @get("/")
    async def accounts(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        q: FromQuery[str] = "",
        role: FromQuery[str] = "",
        unit: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """Everybody, or those who fit (账号与岗位)."""
        administrator_only(staff)
        chosen = Role(role) if role in list(Role) else None
        units = {found.code for found in matching_units(rules.organisation, unit)} if unit.strip() else None
        page = await list_accounts(uow, q=q, role=chosen, units=units, cursor=cursor)
        filters = {"q": q.strip(), "role": chosen or "", "unit": unit.strip()}
        return render(
            request,
            "admin/accounts.html",
            staff=staff,
            page=page,
            filters=filters,
            given={name: value for name, value in filters.items() if value},
            later=bool(cursor),
            unit_of=_namer(request, rules),
            waiting=await waiting_names(uow, rules.keys, [listed.account.username for listed in page.accounts]),
            now=uow.now,
        )

    @get("/new")
    async def form(
        self, request: Request[Any, Any, Any], staff: NamedDependency[Staff], rules: NamedDependency[Rules]
    ) -> Response[Any]:
        """The form for somebody new (新建账号)."""
        administrator_only(staff)
        return _new(request, staff, rules, Fields())

    @post("/new", status_code=HTTP_200_OK)
    async def add(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Add somebody with a first post; the initial password is shown this once."""
        administrator_only(staff)
        fields = await fields_of(request)
        try:
            role, unit = _role(fields), typed_unit(rules.organisation, fields["unit"])
            password = await add_account(uow, fields["username"], fields["name"], by=staff.username)
        except DomainError as error:
            return _new(request, staff, rules, fields, problem_of(error, locale))
        username = tidy_username(fields["username"])
        await give_post(uow, rules.organisation, username, role, unit, by=staff.username)
        return await _account(request, staff, uow, rules, username, password=password)

    @get("/{username:str}")
    async def account(
        self,
        request: Request[Any, Any, Any],
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Any]:
        """One person: posts, sign-in, and what can be done."""
        administrator_only(staff)
        return await _account(request, staff, uow, rules, username)

    @post("/{username:str}", status_code=HTTP_200_OK)
    async def change(
        self,
        request: Request[Any, Any, Any],
        username: FromPath[str],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Do one thing to the account, as `do` says."""
        administrator_only(staff)
        fields = await fields_of(request)
        account = await find_account(uow, username)
        try:
            if fields["do"] not in CHANGES:
                raise ChooseWhatToDo
            password = await CHANGES[fields["do"]](Change(uow, rules, staff, account.username, fields))
        except DomainError as error:
            problem = problem_of(error, locale)
            return await _account(request, staff, uow, rules, username, problem=problem, fields=fields)
        if password is not None:
            return await _account(request, staff, uow, rules, username, password=password)
        return go(f"/admin/users/{account.username}?done={fields['do']}")


def _role(fields: Fields) -> Role:
    if fields["role"] not in list(Role):
        raise ChooseRole("role")
    return Role(fields["role"])


def _namer(request: Request[Any, Any, Any], rules: Rules) -> Callable[[str], str]:
    """The name of a unit in the reader's language; of one that left the tree, its code."""
    locale = locale_of(request)

    def name(code: str) -> str:
        found = unit_named(rules, code, locale)
        return found.name if found else code

    return name


def _new(
    request: Request[Any, Any, Any],
    staff: Staff,
    rules: Rules,
    fields: Fields,
    problem: FormProblem | None = None,
) -> Response[Any]:
    return render(
        request,
        "admin/account_new.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        fields=fields,
        problem=problem,
        units=rules.organisation.units,
        duties=ROLE_DUTIES,
    )


async def _account(
    request: Request[Any, Any, Any],
    staff: Staff,
    uow: UnitOfWork,
    rules: Rules,
    username: str,
    *,
    password: str | None = None,
    problem: FormProblem | None = None,
    fields: Fields | None = None,
) -> Response[Any]:
    account = await find_account(uow, username)
    waiting = (await waiting_names(uow, rules.keys, [account.username])).get(account.username)
    return render(
        request,
        "admin/account.html",
        status=problem.status if problem else HTTP_200_OK,
        staff=staff,
        account=account,
        own=account.username == staff.username,
        held=await every_post(uow, account),
        waiting=waiting if waiting and waiting.until > uow.now else None,
        password=password,
        problem=problem,
        fields=fields or Fields(),
        units=rules.organisation.units,
        unit_of=_namer(request, rules),
        duties=ROLE_DUTIES,
        done=request.query_params.get("done") if problem is None and password is None else None,
    )
