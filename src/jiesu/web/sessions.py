"""Staff sessions in Redis: one token, as a cookie for pages and as a bearer for the API."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.exceptions import NotAuthorizedException
from litestar.stores.base import Store

from jiesu.accounts.sign_in import load_staff
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.kit.crypto import fingerprint, token
from jiesu.rules import Rules

__all__ = ["COOKIE", "Sessions", "SignInFirst", "current_staff", "session_token"]

COOKIE = "jiesu_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInFirst(NotAuthorizedException):
    """No session, or one that has ended. Losing Redis ends all of them and nothing worse."""

    detail = "Sign in first."


class Sessions:
    """Who is signed in. Tokens are kept as their SHA-256."""

    def __init__(self, store: Store, hours: int) -> None:
        self._store = store
        self.seconds = hours * 3600

    async def open(self, staff: Staff) -> str:
        """A new session; returns its token."""
        secret = token(32)
        await self._store.set(fingerprint(secret), str(staff.id), expires_in=self.seconds)
        return secret

    async def find(self, secret: str) -> int | None:
        """The staff id behind a token; each use prolongs the session."""
        value = await self._store.get(fingerprint(secret), renew_for=self.seconds)
        return int(value) if value else None

    async def close(self, secret: str) -> None:
        """Sign out."""
        await self._store.delete(fingerprint(secret))


def session_token(request: Request[Any, Any, Any]) -> str | None:
    """The bearer token; or the cookie, which under `/api` only reads, so that no other site can act through it."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    if request.url.path.startswith("/api/") and request.method not in SAFE:
        return None
    return request.cookies.get(COOKIE)


async def current_staff(request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules) -> Staff:
    """The signed-in member of staff. Raises SignInFirst."""
    sessions: Sessions = request.app.state.sessions
    secret = session_token(request)
    staff_id = await sessions.find(secret) if secret else None
    staff = await load_staff(uow, rules.organisation, staff_id) if staff_id is not None else None
    if staff is None:
        raise SignInFirst
    return staff
