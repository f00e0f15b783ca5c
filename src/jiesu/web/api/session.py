"""Signing in and out."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.sign_in import sign_in
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.views import Named
from jiesu.rules import Rules
from jiesu.web.sessions import COOKIE, Sessions, session_token

__all__ = ["Credentials", "SessionController", "session_cookie"]


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """`otp` is for accounts with a second factor; demo accounts have none."""

    username: str
    password: str
    otp: str | None = None


class Me(msgspec.Struct, frozen=True):
    """Who is signed in, in which post."""

    username: str
    name: str
    role: str
    unit: Named


class Opened(msgspec.Struct, frozen=True):
    """The bearer token of the new session, which is also set as a cookie for pages."""

    token: str
    user: Me


def session_cookie(request: Request[Any, Any, Any], value: str, seconds: int) -> Cookie:
    """HttpOnly, same site, and secure wherever the address is."""
    secure = request.url.scheme == "https"
    return Cookie(COOKIE, value=value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def _me(staff: Staff) -> Me:
    return Me(staff.username, staff.name, staff.role, Named(staff.unit, staff.unit_name))


class SessionController(Controller):
    path = "/session"
    tags = ("session",)

    @post(operation_id="SignIn", status_code=HTTP_200_OK)
    async def sign_in(
        self,
        data: JSONBody[Credentials],
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
    ) -> Response[Opened]:
        """Sign in (登录)."""
        staff = await sign_in(uow, rules.organisation, data.username, data.password)
        sessions: Sessions = request.app.state.sessions
        secret = await sessions.open(staff)
        return Response(Opened(secret, _me(staff)), cookies=[session_cookie(request, secret, sessions.seconds)])

    @get(operation_id="WhoAmI")
    async def me(self, staff: NamedDependency[Staff]) -> Me:
        """The person and the post."""
        return _me(staff)

    @delete(operation_id="SignOut")
    async def sign_out(self, request: Request[Any, Any, Any]) -> Response[None]:
        """End the session (退出)."""
        secret = session_token(request)
        if secret:
            await request.app.state.sessions.close(secret)
        return Response(None, status_code=204, cookies=[session_cookie(request, "", 0)])
