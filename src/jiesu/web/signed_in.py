"""The signed-in person of a request: session, account, posts, and what they owe before they may work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import State

from jiesu.accounts.duties import duties
from jiesu.accounts.models import Account
from jiesu.accounts.posts import Person, load_person
from jiesu.accounts.staff import Staff
from jiesu.db.uow import UnitOfWork
from jiesu.errors import Forbidden
from jiesu.rules import Rules
from jiesu.web.sessions import BY_ITSELF, Session, Sessions, SignInFirst, session_token

__all__ = ["SignedInPerson", "acting_staff", "enter", "person_behind", "signed_in_person", "working_staff"]


@dataclass(frozen=True)
class SignedInPerson:
    """Somebody with a session; `staff` is the acting post. They may not work while they owe something."""

    person: Person
    staff: Staff
    session: Session
    secret: str
    owes: list[type[Forbidden]]

    @property
    def account(self) -> Account:
        return self.person.account


async def signed_in_person(request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules) -> SignedInPerson:
    """Raises SignInFirst; also once the account, its generation or the acting post is over."""
    secret = session_token(request)
    use = BY_ITSELF not in request.headers
    person = await person_behind(request.app.state, secret, uow, rules, use=use) if secret else None
    if person is None:
        raise SignInFirst
    return person


async def person_behind(
    state: State, secret: str, uow: UnitOfWork, rules: Rules, *, use: bool
) -> SignedInPerson | None:
    """Whose the token is; without `use` that keeps no session from ending idle."""
    sessions: Sessions = state.sessions
    session = await sessions.find(secret, use=use)
    person = await load_person(uow, rules.organisation, session.account) if session else None
    staff = person.post(session.post) if person and session else None
    demo = state.kernel.settings.demo
    if session is None or person is None or staff is None or not _holds(person, session, demo=demo):
        return None
    return SignedInPerson(person, staff, session, secret, duties(person.account, demo=demo))


def _holds(person: Person, session: Session, *, demo: bool) -> bool:
    """Whether the session is of the account's present generation, and no demo's outside demo mode."""
    return person.account.generation == session.generation and (demo or not person.account.demo)


def working_staff(person: SignedInPerson) -> Staff:
    """The acting post. Raises what is owed first: ChangePasswordFirst, EnrolFirst."""
    for owed in person.owes:
        raise owed
    return person.staff


async def acting_staff(request: Request[Any, Any, Any], uow: UnitOfWork) -> Staff:
    """For handlers with transactions of their own, as `provide_staff` does it. Raises SignInFirst, and the duty that comes first."""
    return working_staff(await enter(request, uow, request.app.state.kernel.rules))


async def enter(request: Request[Any, Any, Any], uow: UnitOfWork, rules: Rules) -> SignedInPerson:
    """Who is signed in; pages find them in the request's state. From here on PostgreSQL shows the transaction what the acting post
    may see. Raises SignInFirst."""
    person = await signed_in_person(request, uow, rules)
    await uow.see_as(person.staff.viewer)
    request.state.person = person
    return person
