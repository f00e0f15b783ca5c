"""Errors as pages: people get a page in plain words, programs keep their problem documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.exceptions import PermissionDeniedException
from litestar.status_codes import HTTP_401_UNAUTHORIZED

from jiesu.errors import DomainError
from jiesu.web.pages.once_more import once_more
from jiesu.web.pages.rendering import go, render, waiting
from jiesu.web.problems import Problem

__all__ = ["for_readers"]

E = TypeVar("E", bound=Exception)
#: Addresses that programs read.
MACHINES = ("/api/", "/health", "/schema", "/metrics", "/static/")
#: What comes before work, and the page where it is done.
DUTIES = {"ChangePasswordFirst": "/account/password", "EnrolFirst": "/account/second-factor"}


def for_readers(
    tell: Callable[[Request[Any, Any, Any], E], Response[Problem]],
) -> Callable[[Request[Any, Any, Any], E], Response[Any]]:
    """The same error, shown to whoever asked: a page outside `/api`; who is not signed in goes to sign in first."""

    def shown(request: Request[Any, Any, Any], error: E) -> Response[Any]:
        answer = tell(request, error)
        problem = answer.content
        if request.scope["path"].startswith(MACHINES):
            return answer
        if problem.status == HTTP_401_UNAUTHORIZED:
            asked = request.scope["path"] if request.method == "GET" else "/desk"
            return go(f"/login?{urlencode({'next': asked})}")
        if (owed := DUTIES.get(problem.title)) is not None:
            return go(owed)
        if isinstance(error, PermissionDeniedException) and (kept := once_more(request)) is not None:
            return kept
        page = render(request, "problem.html", status=problem.status, problem=problem)
        return waiting(page, error) if isinstance(error, DomainError) else page

    return shown
