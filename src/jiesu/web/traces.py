"""A trace of each request, where they are switched on: its route as it is written in our code, never the path that was asked for."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry.trace import SpanKind, StatusCode

from jiesu import tracing
from jiesu.web.request_ids import request_id

__all__ = ["Traces"]

#: Signs of life and files tell nothing, and a live stream never ends.
UNTRACED = ("/metrics", "/health/", "/static/", "/api/v1/stream")


class Traces(ASGIMiddleware):
    """Begins the trace by itself: what a caller sends as `traceparent` is not believed. Goes inside `RequestIds`."""

    scopes = (ScopeType.HTTP,)
    should_bypass_for_scope = staticmethod(lambda scope: scope["path"].startswith(UNTRACED))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if not tracing.is_on():
            await next_app(scope, receive, send)
            return
        route, method = scope.get("path_template", ""), str(scope["method"])  # type: ignore[typeddict-item]  # HTTP alone
        attributes = {"http.request.method": method, "http.route": route, "jiesu.request": request_id(scope) or ""}
        with tracing.span(f"{method} {route}", SpanKind.SERVER, attributes) as current:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    current.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        current.set_status(StatusCode.ERROR)
                await send(message)

            await next_app(scope, receive, sending)
