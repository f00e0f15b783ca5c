"""What handlers ask for by name: the unit of work, the rules, the reader's language, the signed-in person."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

from anyio import CancelScope
from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.types import Scope

from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Invalid
from jiesu.intake.guesses import Guesses
from jiesu.kernel import Kernel
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.web.problems import locale_of
from jiesu.web.sessions import client_address
from jiesu.web.signed_in import SignedInPerson, enter, working_staff

__all__ = ["DEPENDENCIES", "give_back", "version_of"]

_VERSION = re.compile(r"[0-9]{1,9}")


class BadVersion(Invalid):
    zh = 'If-Match 须为工单的版本号，例如 "3"。'
    en = 'If-Match must be the ticket\'s version, such as "3".'


async def provide_uow(request: Request[Any, Any, Any], state: State) -> AsyncGenerator[UnitOfWork, None]:
    """One transaction a request: raising rolls back, returning commits, before the answer is sent."""
    kernel: Kernel = state.kernel
    async with kernel.db.begin() as uow:
        request.state.uow = uow
        yield uow


async def give_back(_: Exception, scope: Scope) -> None:
    """End the transaction of a request that failed.

    Litestar tells a generator nothing when another dependency raises (nobody is signed in, for one): connection and locks
    would be held until its garbage is collected.
    """
    uow: UnitOfWork | None = scope.get("state", {}).get("uow")
    if uow is not None:
        await uow.session.close()


async def provide_rules(state: State) -> Rules:
    """The policies and the organisation of the moment.

    Litestar asks for dependencies at once and breaks off the others when one raises, such as an If-Match that is no version. Broken off
    within a statement a database connection is lost, so this one goes on to its end.
    """
    kernel: Kernel = state.kernel
    with CancelScope(shield=True):
        rules = await kernel.refresh()
    return rules  # noqa: RET504  (a scope may swallow, mypy says)


def provide_locale(request: Request[Any, Any, Any]) -> Locale:
    """The reader's language."""
    return locale_of(request)


async def provide_person(
    request: Request[Any, Any, Any], uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]
) -> SignedInPerson:
    """Who is signed in, also before they may work; 401 without a session. Pages find them in the request's state.

    From here on PostgreSQL shows the request what the acting post may see.
    """
    return await enter(request, uow, rules)


def provide_staff(person: NamedDependency[SignedInPerson]) -> Staff:
    """The signed-in member of staff in the acting post; 401 without a session, 403 while a duty comes first."""
    return working_staff(person)


def provide_guesses(request: Request[Any, Any, Any], state: State) -> Guesses:
    """Looks at codes and links before anything else is asked of the database."""
    kernel: Kernel = state.kernel
    return Guesses(kernel.db, kernel.keys, client_address(request))


def provide_version(request: Request[Any, Any, Any]) -> int | None:
    """The version the caller last saw, from `If-Match: "3"`; None when it did not say. Raises BadVersion."""
    given = request.headers.get("if-match")
    if given is None or given == "*":
        return None
    version = version_of(given.removeprefix("W/").strip('"'))
    if version is None:
        raise BadVersion("If-Match")
    return version


def version_of(text: str) -> int | None:
    """The version that a text names; None when it is none, be it of digits from elsewhere or without end."""
    return int(text) if _VERSION.fullmatch(text) else None


DEPENDENCIES = {
    "uow": Provide(provide_uow),
    "rules": Provide(provide_rules),
    "locale": Provide(provide_locale, sync_to_thread=False),
    "person": Provide(provide_person),
    "staff": Provide(provide_staff, sync_to_thread=False),
    "guesses": Provide(provide_guesses, sync_to_thread=False),
    "version": Provide(provide_version, sync_to_thread=False),
}
