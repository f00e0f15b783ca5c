"""By which names we are asked: whoever makes a browser ask by another gets nothing.

Litestar's own check compares the port too, which a tunnel or a published port changes.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from jiesu.settings import Settings

__all__ = ["HostsMiddleware"]

SIGNS_OF_LIFE = ("/health/", "/metrics")


class HostsMiddleware(ASGIMiddleware):
    """Refuses with 421 what is asked of another host. Signs of life are given to whoever asks, balancers among them."""

    scopes = (ScopeType.HTTP,)
    should_bypass_for_scope = staticmethod(lambda scope: scope["path"].startswith(SIGNS_OF_LIFE))

    def __init__(self, settings: Settings) -> None:
        self._hosts = settings.hosts()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1 or _name(given[0]) not in self._hosts:
            raise HTTPException(status_code=421)
        await next_app(scope, receive, send)


def _name(host: str) -> str | None:
    """Without the port, in lower case; None for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
