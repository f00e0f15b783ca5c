"""Signing in by an identity provider: there, back, and out again."""

from __future__ import annotations

import hmac
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.datastructures import Cookie, State
from litestar.params import FromQuery
from redis.asyncio import Redis

from jiesu.accounts.events import ProviderSignInRefused
from jiesu.accounts.links import ProviderRefused, sign_in_by_provider
from jiesu.accounts.posts import Person
from jiesu.accounts.provider import Asked, Provider, ProviderFault
from jiesu.errors import DomainError
from jiesu.kernel import Kernel
from jiesu.kit.crypto import fingerprint, token
from jiesu.web.api.session import open_session
from jiesu.web.pages.forms import Fields, problem_of
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.pages.signing import after_sign_in, own_path
from jiesu.web.problems import locale_of
from jiesu.web.sessions import client_address

__all__ = ["LEAVE", "OidcPages"]

#: Ties an attempt to the browser that began it, so that nobody can be signed in as somebody else by a link.
BROWSER = "jiesu_oidc"
#: Says that this browser came in by the provider and may want to leave there too.
LEAVE = "jiesu_oidc_in"
#: Seconds that somebody may take at the provider.
PATIENCE = 600


class Attempt(msgspec.Struct, frozen=True):
    """What waits in Redis for the answer, under the SHA-256 of the state."""

    nonce: str
    verifier: str
    browser: str
    next: str


class OidcPages(Controller):
    path = "/login/oidc"

    @get("/")
    async def begin(
        self, request: Request[Any, Any, Any], state: State, next_: FromQuery[str] = "/desk"
    ) -> Response[Any]:
        """Off to the provider (统一身份登录)."""
        asked, known, browser = Asked(), token(), token()
        try:
            address = await state.provider.address(asked, known)
        except ProviderFault as fault:
            return await _refused(request, state.kernel, str(fault))
        wanted = own_path(request.query_params.get("next", next_))
        attempt = Attempt(asked.nonce, asked.verifier, fingerprint(browser), wanted)
        await state.redis.set(_key(known), msgspec.json.encode(attempt), ex=PATIENCE)
        return go(address, [_cookie(request, BROWSER, browser, PATIENCE)])

    @get("/callback")
    async def back(
        self, request: Request[Any, Any, Any], state: State, code: FromQuery[str] = "", known: FromQuery[str] = ""
    ) -> Response[Any]:
        """Back from the provider. An answer is taken once, from the browser that asked, within ten minutes."""
        attempt = await _take(state.redis, request.query_params.get("state", known))
        browser = fingerprint(request.cookies.get(BROWSER, ""))
        if attempt is None or not hmac.compare_digest(browser, attempt.browser):
            return _page(request, ProviderRefused())  # not recorded: whoever likes can call up this address
        if not code:
            return _page(request, ProviderRefused())
        asked = Asked(attempt.nonce, attempt.verifier)
        found = await _sign_in(request, state.kernel, state.provider, code, asked)
        if isinstance(found, Person):
            _, cookie = await open_session(request, found)
            inside = _cookie(request, LEAVE, "1", state.sessions.seconds)
            return go(after_sign_in(found, attempt.next), [cookie, inside, _cookie(request, BROWSER, "", 0)])
        return found

    @get("/leave")
    async def leave(self, request: Request[Any, Any, Any], state: State) -> Response[Any]:
        """End the session at the provider as well (同时退出统一身份)."""
        back = f"{state.kernel.settings.public_url.rstrip('/')}/login"
        try:
            address = await state.provider.leaving(back)
        except ProviderFault:
            address = None
        return go(address or "/login", [_cookie(request, LEAVE, "", 0)])


async def _sign_in(
    request: Request[Any, Any, Any], kernel: Kernel, provider: Provider, code: str, asked: Asked
) -> Person | Response[Any]:
    """The call outside comes first, then one transaction."""
    try:
        subject = await provider.subject(code, asked, kernel.clock.now())
    except ProviderFault as fault:
        return await _refused(request, kernel, str(fault))
    rules, demo = await kernel.refresh(), kernel.settings.demo
    async with kernel.db.begin() as uow:
        found = await sign_in_by_provider(
            uow, rules.organisation, rules.keys, subject, client_address(request), demo=demo
        )
    return _page(request, found) if isinstance(found, DomainError) else found


async def _refused(request: Request[Any, Any, Any], kernel: Kernel, cause: str) -> Response[Any]:
    async with kernel.db.begin() as uow:
        await uow.record(ProviderSignInRefused(address=client_address(request), cause=cause[:40]))
    return _page(request, ProviderRefused())


def _page(request: Request[Any, Any, Any], error: DomainError) -> Response[Any]:
    problem = problem_of(error, locale_of(request))
    page = render(request, "login.html", status=problem.status, fields=Fields(), problem=problem, next="/desk")
    return waiting(page, error)


async def _take(redis: Redis, known: str) -> Attempt | None:
    """Whoever asks first gets it, nobody a second time."""
    raw = await redis.getdel(_key(known)) if known else None
    return msgspec.json.decode(raw, type=Attempt) if raw else None


def _key(known: str) -> str:
    return f"jiesu:oidc:{fingerprint(known)}"


def _cookie(request: Request[Any, Any, Any], name: str, value: str, seconds: int) -> Cookie:
    """Lax: the provider sends the browser back from its own site."""
    secure = request.url.scheme == "https"
    return Cookie(name, value=value, max_age=seconds, path="/login", httponly=True, samesite="lax", secure=secure)
