"""Signing in and out, and the post that is acted in."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from jiesu.accounts.duties import duties
from jiesu.accounts.events import SignedOut
from jiesu.accounts.posts import Person, load_person
from jiesu.accounts.roles import Role
from jiesu.accounts.sign_in import Attempt, sign_in
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named
from jiesu.errors import DomainError
from jiesu.rules import Rules
from jiesu.web.documented import refusal
from jiesu.web.problems import domain_problem
from jiesu.web.sessions import COOKIE, Sessions, client_address, session_token
from jiesu.web.signed_in import SignedInPerson

__all__ = ["Credentials", "SessionController", "close_session", "open_session", "session_cookie"]


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """`otp` is the code of the second factor, or a recovery code; demo accounts have none."""

    username: str
    password: str
    otp: str | None = None


class Post(msgspec.Struct, frozen=True):
    """A role at a unit."""

    role: str
    unit: Named

    @classmethod
    def of(cls, staff: Staff) -> Post:
        return cls(staff.role, Named(staff.unit, staff.unit_name))


class Me(msgspec.Struct, frozen=True):
    """Who is signed in, in which post, with which others.

    `owes` names what comes first: ChangePasswordFirst, EnrolFirst.
    """

    username: str
    name: str
    role: str
    unit: Named
    posts: list[Post]
    second_factor: bool
    owes: list[str]

    @classmethod
    def of(cls, person: Person, staff: Staff, *, demo: bool) -> Me:
        account = person.account
        return cls(
            username=account.username,
            name=account.name,
            role=staff.role,
            unit=Named(staff.unit, staff.unit_name),
            posts=[Post.of(post) for post in person.posts],
            second_factor=account.second_factor_at is not None,
            owes=[owed.__name__ for owed in duties(account, demo=demo)],
        )


class Opened(msgspec.Struct, frozen=True):
    """The bearer token of the new session, which is also set as a cookie for pages."""

    token: str
    user: Me


class ChosenPost(msgspec.Struct, forbid_unknown_fields=True):
    """One of the posts that `GET /session` lists."""

    unit: str
    role: Role


def session_cookie(request: Request[Any, Any, Any], value: str, seconds: int) -> Cookie:
    """HttpOnly, same site, and sent by https alone where that is our public address."""
    secure = request.app.state.kernel.settings.https
    return Cookie(COOKIE, value=value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


async def open_session(request: Request[Any, Any, Any], person: Person) -> tuple[str, Cookie]:
    """A session in the person's first post: its token, and the cookie that carries it."""
    sessions: Sessions = request.app.state.sessions
    browser = request.headers.get("user-agent", "")
    account = person.account
    secret = await sessions.open(person.posts[0], account.generation, address=client_address(request), browser=browser)
    return secret, session_cookie(request, secret, sessions.seconds)


async def close_session(request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules) -> Cookie:
    """End the request's session, if it has one; the cookie that takes the token away."""
    secret = session_token(request)
    sessions: Sessions = request.app.state.sessions
    session = await sessions.find(secret) if secret else None
    if secret and session:
        await sessions.close(secret)
        person = await load_person(uow, rules.organisation, session.account)
        if person is not None:
            await uow.record(SignedOut(account=person.account.username, address=client_address(request)))
    return session_cookie(request, "", 0)


class SessionController(Controller):
    path = "/session"
    tags = ("session",)
    request_max_body_size = 8 * 1024

    @post(operation_id="SignIn", status_code=HTTP_200_OK, responses={403: refusal(403)})
    async def sign_in(
        self,
        data: JSONBody[Credentials],
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        state: State,
    ) -> Response[Opened]:
        """Sign in (登录). 403 for whatever was wrong; after too many of them 429, with the seconds in `Retry-After`."""
        demo = state.kernel.settings.demo
        attempt = Attempt(data.username, data.password, data.otp or "", client_address(request))
        found = await sign_in(uow, rules.organisation, rules.keys, attempt, demo=demo)
        if isinstance(found, DomainError):
            return domain_problem(request, found)  # type: ignore[return-value]  # the same for every operation
        secret, cookie = await open_session(request, found)
        return Response(Opened(secret, Me.of(found, found.posts[0], demo=demo)), cookies=[cookie])

    @get(operation_id="WhoAmI")
    async def me(self, person: NamedDependency[SignedInPerson], state: State) -> Me:
        """The person, the acting post and the others (我的岗位)."""
        return Me.of(person.person, person.staff, demo=state.kernel.settings.demo)

    @post("/post", operation_id="ChoosePost", status_code=HTTP_200_OK)
    async def choose(self, data: JSONBody[ChosenPost], person: NamedDependency[SignedInPerson], state: State) -> Me:
        """Act in another of one's posts from now on (切换岗位); 404 for one that is not held."""
        chosen = person.person.choose(data.role, data.unit)
        await state.sessions.keep(person.secret, post=chosen.id)
        return Me.of(person.person, chosen, demo=state.kernel.settings.demo)

    @delete(operation_id="SignOut")
    async def sign_out(
        self, request: Request[Any, Any, Any], uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]
    ) -> Response[None]:
        """End the session (退出)."""
        return Response(None, status_code=204, cookies=[await close_session(request, uow, rules)])
