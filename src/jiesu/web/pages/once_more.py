"""A form that was open too long, so that its token is no good any more: shown once more with everything typed, a press from being sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.middleware.csrf import generate_csrf_token
from litestar.status_codes import HTTP_403_FORBIDDEN
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from jiesu.kernel import Kernel
from jiesu.web.pages.forms import texts_of
from jiesu.web.pages.rendering import render

__all__ = ["once_more"]

#: Where petitioners type; staff sign in again anyway.
FORMS = ("/file", "/t", "/my", "/s/")
TOKEN = "_csrf_token"  # noqa: S105 - the field's name


def once_more(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """The page; None where nothing was typed, or where another site sent it: that one is not helped to a good token."""
    typed = _typed(request)
    if not typed or not request.scope["path"].startswith(FORMS) or _foreign(request):
        return None
    kernel: Kernel = request.app.state.kernel
    token = generate_csrf_token(secret=kernel.settings.secret_key)
    cookie = Cookie("csrftoken", value=token, httponly=True, samesite="lax", secure=kernel.settings.https)
    path, again = request.scope["path"], typed
    if path.startswith("/file"):  # read back first: files have to be chosen once more there
        path, again = "/file/steps", typed | {"do": typed["do"] if path == "/file/steps" else "see-review"}
    words = [typed[name] for name in ("text", "reason") if typed.get(name)]
    return render(
        request,
        "once_more.html",
        status=HTTP_403_FORBIDDEN,
        cookies=[cookie],
        typed=again,
        said=words,
        target=path,
        token=token,
    )


def _typed(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The texts of the form that was read to look for its token."""
    form = ScopeState.from_scope(request.scope).form
    pairs = {} if form is Empty else dict(form)
    texts = texts_of(
        (name, one) for name, value in pairs.items() for one in (value if isinstance(value, list) else [value])
    )
    texts.pop(TOKEN, None)
    return texts


def _foreign(request: Request[Any, Any, Any]) -> bool:
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
