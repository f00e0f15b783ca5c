"""Staff sessions in Redis: one token, as a cookie for pages and as a bearer for the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import NotAuthorizedException
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jiesu.accounts.models import Account
from jiesu.accounts.staff import Staff
from jiesu.kit.addresses import client_of
from jiesu.kit.crypto import fingerprint, token

__all__ = [
    "BY_ITSELF",
    "COOKIE",
    "Session",
    "Sessions",
    "SignInFirst",
    "bearer_of",
    "client_address",
    "session_token",
]

COOKIE = "jiesu_session"
#: Header of what a page asks for by itself: nobody is at work for that.
BY_ITSELF = "X-Jiesu-Live"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: How stale the time of last use may be, in seconds: spares a write at most requests.
ABOUT = 30.0
_BROWSER_LENGTH = 200
#: Sessions that a process remembers for the time without Redis, and seconds for which it then leaves Redis alone.
MOST_REMEMBERED, REST = 5_000, 5.0


class SignInFirst(NotAuthorizedException):
    """No session, or one that has ended. Losing what Redis holds ends all of them and nothing worse."""

    detail = "Sign in first."


class Session(msgspec.Struct, frozen=True):
    """One sign-in. Times are seconds since 1970, `used_at` to about half a minute; `id` is public, the token is not."""

    id: str
    account: int
    #: The account's generation when it began; it is over once the account has another.
    generation: int
    #: Key of the acting post.
    post: int
    opened_at: float
    used_at: float
    address: str | None
    browser: str


class Sessions:
    """Who is signed in, where and since when. Tokens are kept as their SHA-256.

    A session ends after `hours` whatever happens, and after `idle_minutes` without use. While Redis is away, a process goes by
    what it remembers of the sessions it has served; what ends one meanwhile is the account's generation, which the database holds.
    """

    def __init__(
        self,
        redis: Redis,
        hours: int,
        idle_minutes: int,
        *,
        ended: Callable[[str], None] = lambda _: None,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        """`ended` is told the public id of a session that somebody ends here."""
        self._redis = redis
        self._ended = ended
        self.seconds = hours * 3600
        self._idle = idle_minutes * 60
        self.unix_time = unix_time
        self._remembered: dict[str, Session] = {}
        self._resting_until = 0.0

    async def open(self, staff: Staff, generation: int = 1, *, address: str | None = None, browser: str = "") -> str:
        """A new session in that post; returns its token."""
        secret, now = token(32), self.unix_time()
        print_ = fingerprint(secret)
        session = Session(
            id=print_[:16],
            account=staff.account_id,
            generation=generation,
            post=staff.id,
            opened_at=now,
            used_at=now,
            address=address,
            browser=browser[:_BROWSER_LENGTH],
        )
        async with self._redis.pipeline() as together:
            together.set(_key(print_), msgspec.json.encode(session), ex=self.seconds)
            together.set(_used(print_), now, ex=self._idle)
            together.sadd(_all(staff.account_id), print_)
            together.expire(_all(staff.account_id), self.seconds)
            await together.execute()
        return secret

    async def find(self, secret: str, *, use: bool = True) -> Session | None:
        """The session behind a token; each use prolongs it within its limit. What happens by itself is no use."""
        print_ = fingerprint(secret)
        now = self.unix_time()
        try:
            if now < self._resting_until and print_ in self._remembered:
                raise RedisError("it was away a moment ago")
            session = await self._read(print_)
            if use and session is not None and now - session.used_at > ABOUT:
                await self._redis.set(_used(print_), now, ex=self._idle)
        except (RedisError, OSError):
            if print_ not in self._remembered:
                raise
            return self._recall(print_, now, use=use)
        self._remember(print_, session)
        return session

    def _remember(self, print_: str, session: Session | None) -> None:
        self._remembered.pop(print_, None)
        if session is not None:
            self._remembered[print_] = session
            if len(self._remembered) > MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]

    def _recall(self, print_: str, now: float, *, use: bool) -> Session | None:
        """Without Redis: the session as this process knew it."""
        session = self._remembered[print_]
        if now >= self._resting_until:
            self._resting_until = now + REST
        if self._over(session, now):
            return None
        if use:
            self._remembered[print_] = msgspec.structs.replace(session, used_at=now)
        return session

    async def of(self, account: Account) -> list[Session]:
        """The account's open sessions, the one used last first."""
        found = [await self._read(print_) for print_ in await self._prints(account.id)]
        mine = [session for session in found if session is not None and session.generation == account.generation]
        return sorted(mine, key=lambda session: session.used_at, reverse=True)

    async def keep(self, secret: str, *, post: int | None = None, generation: int | None = None) -> None:
        """Write down another acting post, or that the session goes on under the account's new generation."""
        print_ = fingerprint(secret)
        session = await self._read(print_)
        if session is not None:
            changed = msgspec.structs.replace(
                session, post=post or session.post, generation=generation or session.generation
            )
            await self._redis.set(_key(print_), msgspec.json.encode(changed), xx=True, keepttl=True)

    async def close(self, secret: str) -> None:
        """Sign out."""
        await self._drop(fingerprint(secret))

    async def revoke(self, account_id: int, session_id: str) -> bool:
        """End one of the account's sessions by its public id; False when there is none."""
        for print_ in await self._prints(account_id):
            if print_[:16] == session_id:
                await self._drop(print_)
                return True
        return False

    async def _prints(self, account_id: int) -> list[str]:
        members: Any = await self._redis.smembers(_all(account_id))
        return sorted(member.decode() for member in members)

    async def _read(self, print_: str) -> Session | None:
        raw, used = await self._redis.mget(_key(print_), _used(print_))
        if raw is None or used is None:
            return None
        session = msgspec.structs.replace(msgspec.json.decode(raw, type=Session), used_at=float(used))
        return None if self._over(session, self.unix_time()) else session

    def _over(self, session: Session, now: float) -> bool:
        return now - session.opened_at > self.seconds or now - session.used_at > self._idle

    async def _drop(self, print_: str) -> None:
        self._remembered.pop(print_, None)
        session = await self._read(print_)
        await self._redis.delete(_key(print_), _used(print_))
        if session is not None:
            await self._redis.srem(_all(session.account), print_)
            self._ended(session.id)


def _key(print_: str) -> str:
    return f"jiesu:session:{print_}"


def _used(print_: str) -> str:
    return f"jiesu:session-used:{print_}"


def _all(account_id: int) -> str:
    return f"jiesu:sessions:{account_id}"


def bearer_of(request: Request[Any, Any, Any]) -> str | None:
    """The token of the `Authorization` header."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" and bearer else None


def session_token(request: Request[Any, Any, Any]) -> str | None:
    """The bearer token; or the cookie, which under `/api` only reads, so that no other site can act through it."""
    bearer = bearer_of(request)
    if bearer is not None:
        return bearer
    if request.scope["path"].startswith("/api/") and request.method not in SAFE:
        return None
    return request.cookies.get(COOKIE)


def client_address(request: Request[Any, Any, Any]) -> str | None:
    """Where the request comes from; what a proxy says about it counts only when the settings name that proxy."""
    peer = request.client.host if request.client else None
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
    return client_of(peer, forwarded, request.app.state.kernel.settings.trusted_proxies)
