"""How often one address, and one session, may ask in a minute: counted in Redis; without Redis everybody is served."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jiesu.errors import TooMany
from jiesu.kit.addresses import telling
from jiesu.kit.crypto import fingerprint
from jiesu.settings import Settings
from jiesu.web.sessions import COOKIE, bearer_of, client_address

__all__ = ["LimitsMiddleware", "TooManyRequests"]

log = structlog.get_logger(__name__)

#: Seconds: what is counted together, how long Redis may take to count, and how long it is left alone after it did not.
WINDOW, PATIENCE, REST = 60, 0.25, 5.0
#: What costs next to nothing, and what balancers ask all the time.
UNCOUNTED = ("/static/", "/health/", "/metrics")
#: What is counted beside everything else: method, path, and the setting that says how much.
KINDS = {
    "filings": re.compile(r"POST (/file|/reception/[^/]+|/api/v1/tickets|/api/v1/receptions/[^/]+/bookings)"),
    "sign_ins": re.compile(r"POST (/login|/api/v1/session)"),
    "lookups": re.compile(r"\w+ (/t|/my|/s|/reception|/api/v1/(tickets|my|surveys|receptions))/.+|POST /t"),
}


class TooManyRequests(TooMany):
    zh = "这里的操作太频繁了。请{wait_zh}后再试；您已经提交的内容不受影响。"
    en = "Too many requests from here. Try again in {wait_en}; what you have sent is safe."


class Limit(NamedTuple):
    """So many in a minute of whatever the key names."""

    key: str
    most: int


class LimitsMiddleware(ASGIMiddleware):
    """Refuses with 429 who asks more often than the settings allow.

    An address that tells nobody apart is not counted, so that neither the demo nor a proxy that nobody named is stopped.
    """

    scopes = (ScopeType.HTTP,)
    should_bypass_for_scope = staticmethod(lambda scope: scope["path"].startswith(UNCOUNTED))

    def __init__(self, settings: Settings, *, unix_time: Callable[[], float] = time.time) -> None:
        self._most = settings.limits()
        url = settings.redis_url or "redis://127.0.0.1:6379/0"
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self.unix_time = unix_time
        self._resting_until = 0.0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        now = self.unix_time()
        limits = [limit for limit in self._limits(Request(scope)) if limit.most]
        if limits and now >= self._resting_until and await self._exceeded(limits, int(now // WINDOW)):
            raise TooManyRequests(seconds=int(WINDOW - now % WINDOW) or 1)
        await next_app(scope, receive, send)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    def _limits(self, request: Request[Any, Any, Any]) -> Iterator[Limit]:
        place = telling(client_address(request))
        if place is None:
            return
        yield Limit(f"requests:{place}", self._most["requests"])
        asked = f"{request.method} {request.scope['path']}"
        for kind, pattern in KINDS.items():
            if pattern.fullmatch(asked):
                yield Limit(f"{kind}:{place}", self._most[kind])
        if token := bearer_of(request) or request.cookies.get(COOKIE):
            yield Limit(f"session:{fingerprint(token)[:32]}", self._most["session_requests"])

    async def _exceeded(self, limits: list[Limit], window: int) -> bool:
        try:
            counts = await self._count(limits, window)
        except (RedisError, OSError) as error:
            self._resting_until = self.unix_time() + REST
            log.warning("requests are not counted", error=type(error).__name__)
            return False
        return any(count > limit.most for count, limit in zip(counts, limits, strict=True))

    async def _count(self, limits: list[Limit], window: int) -> list[int]:
        async with self._redis.pipeline(transaction=False) as together:
            for limit in limits:
                key = f"jiesu:rate:{window}:{limit.key}"
                together.incr(key)
                together.expire(key, 2 * WINDOW)
            counts: list[int] = (await together.execute())[::2]
        return counts
