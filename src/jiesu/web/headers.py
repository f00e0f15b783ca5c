"""Headers that every answer carries, whoever made it: pages, API, files, errors."""

from __future__ import annotations

from litestar.datastructures import MutableScopeHeaders
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from jiesu.web.pages.rendering import HEADERS
from jiesu.web.request_ids import HEADER, request_id

__all__ = ["headers_for"]

ALL = HEADERS | {
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: A year: browsers then ask by https without being told.
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
#: Answers for programs, which nobody else may keep.
UNKEPT = ("/api/", "/health", "/metrics")


def headers_for(*, https: bool) -> BeforeMessageSendHookHandler:
    """The hook that adds them where the answer does not say otherwise."""
    common = ALL | (HSTS if https else {})

    async def complete(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in common.items():
            headers.setdefault(name, value)
        if request := request_id(scope):
            headers[HEADER] = request
        if scope["litestar_app"].state.leaving:
            headers["Connection"] = "close"  # so that nobody asks here again in the moment we go
        if scope["path"].startswith(UNKEPT):
            headers.setdefault("Cache-Control", "no-store")

    return complete
