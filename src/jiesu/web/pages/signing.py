"""Signing in and out on a page."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.sign_in import WrongCredentials, sign_in
from jiesu.db.uow import UnitOfWork
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.session import session_cookie
from jiesu.web.pages.forms import Fields, fields_of, problem_of
from jiesu.web.pages.rendering import go, render
from jiesu.web.sessions import Sessions, session_token

__all__ = ["SigningPages"]


def _own_path(asked: str) -> str:
    """The page to see next; never another site."""
    return asked if asked.startswith("/") and not asked.startswith("//") and "\\" not in asked else "/desk"


class SigningPages(Controller):
    @get("/login")
    async def form(self, request: Request[Any, Any, Any], next_: FromQuery[str] = "/desk") -> Response[Any]:
        """The sign-in form (登录)."""
        asked = request.query_params.get("next", next_)
        return render(request, "login.html", fields=Fields(), next=_own_path(asked))

    @post("/login", status_code=HTTP_200_OK)
    async def enter(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
    ) -> Response[Any]:
        """Open a session and go where one wanted to."""
        fields = await fields_of(request)
        asked = _own_path(fields.get("next", "/desk"))
        try:
            staff = await sign_in(uow, rules.organisation, fields.get("username", ""), fields.get("password", ""))
        except WrongCredentials as error:
            problem = problem_of(error, locale)
            return render(request, "login.html", status=problem.status, fields=fields, problem=problem, next=asked)
        sessions: Sessions = request.app.state.sessions
        return go(asked, [session_cookie(request, await sessions.open(staff), sessions.seconds)])

    @post("/logout", status_code=HTTP_200_OK)
    async def leave(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """End the session (退出)."""
        secret = session_token(request)
        if secret:
            await request.app.state.sessions.close(secret)
        return go("/login", [session_cookie(request, "", 0)])
