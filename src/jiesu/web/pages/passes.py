"""Short-lived encrypted cookies: what a petitioner has just filed, and which ticket this browser may read."""

from __future__ import annotations

import base64
import time
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from litestar import Request
from litestar.datastructures import Cookie

from jiesu.kit.crypto import KeyRing, UnknownKey

__all__ = ["FOLLOW", "FOLLOW_AT_FORM", "RECEIPT", "Pass", "PassKind", "drop", "held", "issue"]


class PassKind(msgspec.Struct, frozen=True):
    """A cookie: its name, the only path it is sent to, how many seconds it is good for."""

    name: str
    path: str
    seconds: int


RECEIPT = PassKind("jiesu_receipt", "/receipt", 30 * 60)
FOLLOW = PassKind("jiesu_follow", "/t", 30 * 60)
#: The same at the form, which asks whether it is about a ticket that is still open.
FOLLOW_AT_FORM = PassKind("jiesu_follow", "/file", 30 * 60)


class Pass(msgspec.Struct, frozen=True):
    """Number and query code of one ticket; `until` is seconds since 1970."""

    kind: str
    number: str
    code: str
    until: float


def issue(request: Request[Any, Any, Any], keys: KeyRing, kind: PassKind, number: str, code: str) -> Cookie:
    """The cookie that lets this browser see the ticket for a while; nobody can read or make one."""
    content = msgspec.json.encode(Pass(kind.name, number, code, time.time() + kind.seconds))
    sealed = base64.urlsafe_b64encode(keys.encrypt(content.decode()).encode()).decode().rstrip("=")
    return _cookie(request, kind, sealed, kind.seconds)


def drop(request: Request[Any, Any, Any], kind: PassKind) -> Cookie:
    """Takes the cookie away."""
    return _cookie(request, kind, "", 0)


def held(request: Request[Any, Any, Any], keys: KeyRing, kind: PassKind) -> Pass | None:
    """What the browser holds; None when nothing, too old, or not ours."""
    sealed = request.cookies.get(kind.name)
    if not sealed:
        return None
    try:
        plain = keys.decrypt(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)).decode())
        found = msgspec.json.decode(plain, type=Pass)
    except (ValueError, InvalidTag, UnknownKey, msgspec.MsgspecError):
        return None
    return found if found.kind == kind.name and found.until > time.time() else None


def _cookie(request: Request[Any, Any, Any], kind: PassKind, value: str, seconds: int) -> Cookie:
    secure = request.app.state.kernel.settings.https
    return Cookie(kind.name, value=value, max_age=seconds, path=kind.path, httponly=True, samesite="lax", secure=secure)
