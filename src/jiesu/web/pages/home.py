"""The front door: three things a petitioner may want, and the privacy notice."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get

from jiesu.web.pages.rendering import render

__all__ = ["HomePages"]


class HomePages(Controller):
    @get("/")
    async def home(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Three large things: file, follow, rate."""
        return render(request, "home.html", private=False)

    @get("/privacy")
    async def privacy(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """What is collected, why, and what petitioners may ask for (个人信息保护法, Art. 17)."""
        return render(request, "privacy.html", private=False)
