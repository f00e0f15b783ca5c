"""The security officer's page: who waits after wrong guesses, what was tried from where, who has no second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy import func, select

from jiesu.accounts.lockout import waiting_names
from jiesu.accounts.models import Account
from jiesu.accounts.roles import Right
from jiesu.accounts.staff import Staff
from jiesu.audit.security import busiest_addresses, of_kinds
from jiesu.db.uow import UnitOfWork
from jiesu.desk.audit_words import ACCOUNTS
from jiesu.errors import Forbidden
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.pages.rendering import render

__all__ = ["SecurityPages"]

#: What tells of somebody trying to get in, or of a way in that was opened anew.
WATCHED = (
    "SignInFailed", "SignInLocked", "SignInReleased", "ProviderSignInRefused", "RecoveryCodeUsed", "PasswordReset",
    "SecondFactorReset", "SessionsRevoked", "AccountAdded", "AccountActivated", "AccountDeactivated", "PostGiven",
)  # fmt: skip
FAILURES = ("SignInFailed", "ProviderSignInRefused")
DAY, MONTH = timedelta(days=1), timedelta(days=30)


class NotASecurityOfficer(Forbidden):
    zh = "只有安全员可以查看。请联系安全员。"
    en = "Only security officers may read this. Ask your security officer."


class SecurityPages(Controller):
    path = "/security"

    @get("/")
    async def watch(
        self,
        request: Request[Any, Any, Any],
        staff: NamedDependency[Staff],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str] = "",
    ) -> Response[Any]:
        """Sign-ins that did not succeed, and accounts that changed (登录安全)."""
        if not staff.has(Right.GUARD):
            raise NotASecurityOfficer
        people = await uow.session.execute(select(Account.username, Account.name))
        names: dict[str, str] = {row.username: row.name for row in people}
        waiting = await waiting_names(uow, rules.keys, names)
        without = select(func.count()).select_from(Account)
        without = without.where(Account.active, Account.second_factor_at.is_(None))
        page = await of_kinds(uow, WATCHED, since=uow.now - MONTH, cursor=cursor)
        return render(
            request,
            "admin/security.html",
            staff=staff,
            names=names,
            waiting=[(name, wait) for name, wait in waiting.items() if wait.until > uow.now],
            addresses=await busiest_addresses(uow, FAILURES, since=uow.now - DAY),
            without=await uow.session.scalar(without) or 0,
            accounts=len(names),
            page=page,
            later=bool(cursor),
            kinds={kind: ACCOUNTS[kind][locale == "en"] for kind in WATCHED},
        )
