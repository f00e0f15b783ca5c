"""Signing in and out on a page, and choosing the post to act in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.posts import NoSuchPost, Person
from jiesu.accounts.roles import Role
from jiesu.accounts.sign_in import Attempt, sign_in
from jiesu.db.uow import UnitOfWork
from jiesu.errors import DomainError
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.api.session import close_session, open_session
from jiesu.web.pages.forms import Fields, fields_of, problem_of
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.sessions import client_address
from jiesu.web.signed_in import SignedInPerson

__all__ = ["SigningPages", "after_sign_in", "own_path"]


def own_path(asked: str) -> str:
    """The page to see next; never another site."""
    return asked if asked.startswith("/") and not asked.startswith("//") and "\\" not in asked else "/desk"


class SigningPages(Controller):
    request_max_body_size = 8 * 1024

    @get("/login")
    async def form(self, request: Request[Any, Any, Any], next_: FromQuery[str] = "/desk") -> Response[Any]:
        """The sign-in form (登录)."""
        asked = request.query_params.get("next", next_)
        return render(request, "login.html", fields=Fields(), next=own_path(asked))

    @post("/login", status_code=HTTP_200_OK)
    async def enter(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        state: State,
    ) -> Response[Any]:
        """Open a session and go where one wanted to; who holds several posts chooses one first."""
        fields = await fields_of(request)
        asked = own_path(fields.get("next", "/desk"))
        attempt = Attempt(fields["username"], fields["password"], fields["otp"], client_address(request))
        found = await sign_in(uow, rules.organisation, rules.keys, attempt, demo=state.kernel.settings.demo)
        if isinstance(found, DomainError):
            problem = problem_of(found, locale)
            page = render(request, "login.html", status=problem.status, fields=fields, problem=problem, next=asked)
            return waiting(page, found)
        _, cookie = await open_session(request, found)
        return go(after_sign_in(found, asked), [cookie])

    @get("/account/post")
    async def posts(
        self, request: Request[Any, Any, Any], person: NamedDependency[SignedInPerson], next_: FromQuery[str] = "/desk"
    ) -> Response[Any]:
        """One's posts, to choose from (选择岗位)."""
        asked = request.query_params.get("next", next_)
        return render(request, "posts.html", staff=None if person.owes else person.staff, next=own_path(asked))

    @post("/account/post", status_code=HTTP_200_OK)
    async def choose(
        self, request: Request[Any, Any, Any], person: NamedDependency[SignedInPerson], state: State
    ) -> Response[Any]:
        """Act in the chosen post from now on (切换岗位)."""
        fields = await fields_of(request)
        role, _, unit = fields["post"].partition("@")
        if role not in list(Role):
            raise NoSuchPost("post")
        await state.sessions.keep(person.secret, post=person.person.choose(Role(role), unit).id)
        return go(own_path(fields.get("next", "/desk")))

    @post("/logout", status_code=HTTP_200_OK)
    async def leave(
        self, request: Request[Any, Any, Any], uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]
    ) -> Response[Any]:
        """End the session (退出)."""
        return go("/login", [await close_session(request, uow, rules)])


def after_sign_in(person: Person, asked: str) -> str:
    """Who holds several posts chooses one first."""
    return f"/account/post?{urlencode({'next': asked})}" if len(person.posts) > 1 else asked
