"""Errors as RFC 9457 problem documents: what is wrong, in which field, and what to do."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_500_INTERNAL_SERVER_ERROR
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from jiesu.errors import DomainError, Kind, TooMany
from jiesu.kit.locale import Locale
from jiesu.tickets.repository import StaleVersion
from jiesu.web.mistakes import in_chinese

__all__ = ["MEDIA_TYPE", "STATUS", "Problem", "domain_problem", "http_problem", "locale_of", "unexpected_problem"]

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS = {Kind.MISSING: 404, Kind.CONFLICT: 409, Kind.FORBIDDEN: 403, Kind.INVALID: 422, Kind.TOO_MANY: 429}
_NAMED = re.compile(r"(?:unknown|missing required) field `([^`]+)`")
_PARAMETER = re.compile(r"Missing required \w+ parameter '([^']+)'")
_PATH = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457, with the field at fault, a remedy in the reader's language, and what changed meanwhile."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    changes: list[dict[str, Any]] | None = None


def locale_of(request: Request[Any, Any, Any]) -> Locale:
    """English when asked for by `?lang=` or the cookie, for the API also by `Accept-Language`; else Chinese.

    Pages do not guess: telephones are often set to a language their owners never chose.
    """
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    accepted = request.headers.get("accept-language", "").lower() if request.scope["path"].startswith("/api/") else ""
    return "en" if accepted.startswith("en") and "zh" not in accepted else "zh"


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def domain_problem(request: Request[Any, Any, Any], error: DomainError) -> Response[Problem]:
    """A refusal by the rules."""
    changes = error.params["changes"] if isinstance(error, StaleVersion) else None
    problem = Problem(
        type=f"urn:jiesu:{error.code}",
        title=error.code,
        status=STATUS[error.kind],
        detail=error.say(locale_of(request)),
        field=error.field,
        changes=changes,
    )
    return _answer(problem, {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else None)


def http_problem(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What the framework refuses: malformed JSON, wrong types, unknown fields, no such address."""
    detail, field = error.detail, None
    cause = error.__cause__
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        detail, field = str(first.get("message", detail)), str(first.get("key") or "") or None
    if isinstance(cause, msgspec.MsgspecError | SerializationException):
        detail = str(cause)
    if match := _PATH.search(detail):
        field, detail = match[1] or None, _PATH.sub("", detail)
    field = None if field == "data" else field
    if match := _NAMED.search(detail):
        field = ".".join(filter(None, [field, match[1]]))
    if match := _PARAMETER.search(detail):
        field = match[1]
    field = field.removeprefix("data.") if field else None
    status = error.status_code
    problem = Problem(
        type="about:blank", title=_title(status), status=status, detail=_remedy(request, status, detail), field=field
    )
    return _answer(problem, dict(error.headers or {}))


def _title(status: int) -> str:
    return {
        400: "BadRequest",
        401: "SignInFirst",
        403: "ReloadFirst",
        404: "NotFound",
        405: "MethodNotAllowed",
        408: "TooSlow",
        413: "TooLarge",
        421: "WrongHost",
        429: "TooMany",
    }.get(status, "Refused")


def _remedy(request: Request[Any, Any, Any], status: int, detail: str) -> str:
    english = locale_of(request) == "en"
    if status == HTTP_400_BAD_REQUEST:
        return f"Correct the request: {detail}" if english else f"请求内容有误，请改正后重发：{in_chinese(detail)}。"
    fixed = {
        401: ("请先登录。", "Sign in first."),
        403: (
            "这一页打开太久了，或者不是从本系统打开的。请返回上一页，刷新后再提交一次。",
            "This page was open for too long, or came from elsewhere. Go back, reload it and send again.",
        ),
        404: ("没有这个地址。请检查网址。", "There is nothing at this address. Check the URL."),
        405: ("这个地址不支持该操作方式。", "This address does not take that method."),
        408: (
            "内容传得太慢，没有收全。请检查网络后重发。",
            "The body came in too slowly. Check your connection and send again.",
        ),
        413: ("内容太大。请删减后重发。", "The body is too large. Shorten it and send again."),
        421: ("网址不对。请从本系统的正式网址进入。", "This is not our address. Use the official one."),
        429: ("操作太频繁。请稍等一分钟再试。", "Too many requests. Wait a minute and try again."),
    }
    return fixed[status][english] if status in fixed else detail


_SESSIONS_AWAY = (
    "登录服务暂时中断，您的操作没有保存。请过一分钟再试；群众反映诉求不受影响。",
    "Sign-in is interrupted; nothing was saved. Try again in a minute. Filing an appeal still works.",
)


def unexpected_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A fault of ours: nothing was written, and the log has the details."""
    english = locale_of(request) == "en"
    status, title = HTTP_500_INTERNAL_SERVER_ERROR, "Fault"
    if isinstance(error, OperationalError):
        status, title = 503, "DatabaseAway"
    if isinstance(error, RedisError):
        return _answer(Problem(type="about:blank", title="SessionsAway", status=503, detail=_SESSIONS_AWAY[english]))
    log.error("request failed", path=request.scope["path"], error=type(error).__name__, exc_info=error)
    detail = (
        "Something failed on our side; nothing was saved. Please send it again in a minute."
        if english
        else "系统出现故障，您的内容没有保存。请过一分钟再提交一次，或拨打服务电话。"
    )
    return _answer(Problem(type="about:blank", title=title, status=status, detail=detail))
