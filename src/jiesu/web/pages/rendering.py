"""Turning a template into an answer: the environment, the reader's choices, and the headers that keep pages safe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from markupsafe import Markup, escape

from jiesu.accounts.staff import Staff
from jiesu.desk.names import unit_named
from jiesu.errors import DomainError, TooMany
from jiesu.kit.locale import Locale
from jiesu.sla.wording import day_words, moment_words
from jiesu.web.pages.browsers import browser_words
from jiesu.web.pages.languages import speaker
from jiesu.web.pages.words import WORDS
from jiesu.web.problems import locale_of
from jiesu.web.signed_in import SignedInPerson

__all__ = ["ASSETS", "STATIC", "address", "engine", "go", "render", "waiting"]

WEB = Path(__file__).parents[1]
#: Built from ASSETS by `make setup`.
STATIC = WEB / "static"
ASSETS = WEB / "assets"
#: Everything from our own address; pictures may also be written into the page (the QR code) and be shown before they are sent.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: Reader's choices kept in cookies: name → the values it may have.
CHOICES = {
    "lang": ("zh", "en"),
    "size": ("normal", "large"),
    "contrast": ("normal", "high"),
    "theme": ("auto", "light", "dark"),
}
YEAR = 365 * 24 * 3600
_LINK = re.compile(r"https?://[^\s<>“”（）()，。]+")


def render(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = HTTP_200_OK,
    cookies: Sequence[Cookie] = (),
    private: bool = True,
    **context: Any,
) -> Response[Any]:
    """The page. A private one is never kept by the browser."""
    locale = locale_of(request)
    headers = {**HEADERS, "Content-Language": "en" if locale == "en" else "zh-CN"}
    if private:
        headers["Cache-Control"] = "no-store"
    shared = {
        "_": speaker(locale),
        "locale": locale,
        "words": WORDS,
        "large": _choice(request, "size") == "large",
        "theme": _choice(request, "theme"),
        "contrast": _choice(request, "contrast") == "high",
        "looks": " ".join(_looks(request)),
        "path": request.scope["path"],
        "switch": lambda name, value: _switch(request, name, value),
        "hotline": request.app.state.kernel.settings.hotline,
        "demo": request.app.state.kernel.settings.demo,
        "provider": request.app.state.provider is not None,
        "staff": None,
        "post": _post(request, context.get("staff"), locale),
        "posts": _posts(request, locale),
        "problem": None,
        "wrong_prefix": "",
    }
    kept = [*cookies, *_chosen(request)]
    return Template(template, context=shared | context, status_code=status, headers=headers, cookies=kept)


def go(path: str, cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """See another page next (303), so that a reload never repeats a step."""
    answer = Redirect(path, status_code=HTTP_303_SEE_OTHER)
    for cookie in cookies:
        answer.set_cookie(cookie)
    return answer


def address(path: str, parameters: Mapping[str, Any]) -> str:
    """A path with its parameters; those that are None or empty are left out."""
    given = urlencode({name: str(value) for name, value in parameters.items() if value not in (None, "")})
    return f"{path}?{given}" if given else path


def engine() -> JinjaTemplateEngine:
    """Templates that escape everything and refuse a name nobody gave."""
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = _asset
    environment.filters |= {
        "moment": _moment,
        "days": _days,
        "day": _day,
        "percent": _percent,
        "bytes": _bytes,
        "links": _links,
        "query": urlencode,
        "fours": _fours,
        "browser": browser_words,
    }
    return JinjaTemplateEngine(engine_instance=environment)


def _post(request: Request[Any, Any, Any], staff: Staff | None, locale: Locale) -> str | None:
    unit = unit_named(request.app.state.kernel.rules, staff.unit, locale) if staff else None
    return unit.name if unit else None


class PostChoice(NamedTuple):
    """A post of the signed-in person, as the header and the choice after sign-in offer it."""

    value: str
    role: str
    unit: str
    acting: bool


def _posts(request: Request[Any, Any, Any], locale: Locale) -> list[PostChoice]:
    person: SignedInPerson | None = getattr(request.state, "person", None)
    rules = request.app.state.kernel.rules
    return [
        PostChoice(f"{post.role}@{post.unit}", post.role, found.name, post.id == person.staff.id)
        for post in (person.person.posts if person else ())
        if person and (found := unit_named(rules, post.unit, locale))
    ]


def waiting(page: Response[Any], error: DomainError) -> Response[Any]:
    """The page, which tells programs too how long to wait."""
    if isinstance(error, TooMany):
        page.headers["Retry-After"] = str(error.seconds)
    return page


def _choice(request: Request[Any, Any, Any], name: str) -> str | None:
    return request.query_params.get(name) or request.cookies.get(name)


def _looks(request: Request[Any, Any, Any]) -> Iterator[str]:
    """What the page's style goes by."""
    looks = (
        ("size", "large", "large"),
        ("contrast", "high", "contrast"),
        ("theme", "light", "light"),
        ("theme", "dark", "dark"),
    )
    return (name for choice, value, name in looks if _choice(request, choice) == value)


def _chosen(request: Request[Any, Any, Any]) -> Iterator[Cookie]:
    """Language, letter size, contrast and the board's theme, once they were chosen with `?lang=`, `?size=` and so on."""
    for name, values in CHOICES.items():
        if (value := request.query_params.get(name)) in values:
            yield Cookie(name, value=value, max_age=YEAR, samesite="lax", secure=_https(request))


def _https(request: Request[Any, Any, Any]) -> bool:
    https: bool = request.app.state.kernel.settings.https
    return https


def _switch(request: Request[Any, Any, Any], name: str, value: str) -> str:
    kept = {key: given for key, given in request.query_params.items() if key not in CHOICES}
    return f"{quote(request.scope['path'])}?{urlencode({**kept, name: value})}"


@cache
def _asset(name: str) -> str:
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


@pass_context
def _moment(context: Context, moment: datetime, *, year: bool = False) -> str:
    locale: Locale = context["locale"]
    return moment_words(moment, locale, year=year)


@pass_context
def _days(context: Context, days: Sequence[date]) -> str:
    """The first three, and how many there are in all."""
    locale: Locale = context["locale"]
    shown = [day_words(day, locale, year=True) for day in days[:3]]
    more = "" if len(days) <= 3 else f" … ({len(days)})"
    return (", " if locale == "en" else "、").join(shown) + more if shown else "—"


@pass_context
def _day(context: Context, day: date) -> str:
    locale: Locale = context["locale"]
    return day_words(day, locale)


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{rate * 100:.1f}%"


def _bytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"


def _fours(text: str) -> str:
    """In groups that can be read out."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _links(text: str, own: str) -> Markup:
    """The text with its addresses clickable; our own ones without the host, so that they work behind any port."""

    def anchor(match: re.Match[str]) -> str:
        address = match[0]
        target = address.removeprefix(own) or "/"
        return f'<a href="{target}">{address}</a>' if address.startswith(own) else address

    return Markup(_LINK.sub(anchor, str(escape(text))))  # noqa: S704 - escaped before
