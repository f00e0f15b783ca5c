"""Errors as pages: people get a page in plain words, programs keep their problem documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.status_codes import HTTP_401_UNAUTHORIZED

from jiesu.web.pages.rendering import go, render
from jiesu.web.problems import Problem

__all__ = ["for_readers"]

E = TypeVar("E", bound=Exception)
#: Addresses that programs read.
MACHINES = ("/api/", "/health", "/schema", "/metrics", "/static/")


def for_readers(
    tell: Callable[[Request[Any, Any, Any], E], Response[Problem]],
) -> Callable[[Request[Any, Any, Any], E], Response[Any]]:
    """The same error, shown to whoever asked: a page outside `/api`; who is not signed in goes to sign in first."""

    def shown(request: Request[Any, Any, Any], error: E) -> Response[Any]:
        answer = tell(request, error)
        problem = answer.content
        if request.url.path.startswith(MACHINES):
            return answer
        if problem.status == HTTP_401_UNAUTHORIZED:
            asked = request.url.path if request.method == "GET" else "/desk"
            return go(f"/login?{urlencode({'next': asked})}")
        return render(request, "problem.html", status=problem.status, problem=problem)

    return shown
