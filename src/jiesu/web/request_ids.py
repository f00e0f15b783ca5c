"""A name for each request: in every line of the log that it causes, and in the answer, so that a caller can ask about it."""

from __future__ import annotations

import secrets

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from jiesu.tracing import name_request

__all__ = ["HEADER", "RequestIds", "request_id"]

HEADER = "X-Request-Id"
STATE = "request_id"


def request_id(scope: Scope) -> str | None:
    """Of the request that is being answered; none where nothing of ours was asked for."""
    found: str | None = scope["state"].get(STATE)
    return found


class RequestIds(ASGIMiddleware):
    """Drawn by us, whatever a caller sends: what stands in the log is then never somebody's text.

    It is left bound: faults are logged after the middleware has been left, and each request has a context of its own.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        name = scope["state"][STATE] = secrets.token_hex(8)
        name_request(name)
        await next_app(scope, receive, send)
