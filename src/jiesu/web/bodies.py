"""Slow bodies: who sends one drop by drop is cut off, so that nobody holds a place for hours."""

from __future__ import annotations

import asyncio

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send, WebSocketReceiveMessage

__all__ = ["SlowBodies"]


#: Bytes a second that even a bad telephone line carries: whoever sends faster may take as long as it takes.
SLOWEST = 8 * 1024


class SlowBodies(ASGIMiddleware):
    """The whole body within so many seconds, and one more for each `SLOWEST` bytes that came in, else 408."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        until = asyncio.get_running_loop().time() + self._seconds
        whole = False

        async def in_time() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal whole, until
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(status_code=408, headers={"Connection": "close"}) from error
            if message["type"] == "http.request":
                until += len(message["body"]) / SLOWEST
            whole = not message.get("more_body", False)
            return message

        await next_app(scope, in_time, send)
