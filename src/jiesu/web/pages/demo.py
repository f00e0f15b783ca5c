"""Demo mode only: who can sign in, and the short messages that were sent."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy import func, or_, select

from jiesu.accounts.models import Account, StaffRow
from jiesu.accounts.roles import Role
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import unit_named
from jiesu.errors import DomainError
from jiesu.kit.locale import Locale
from jiesu.rules import Rules
from jiesu.units.models import UnitRow
from jiesu.web.api.demo import demo_messages
from jiesu.web.pages.forms import problem_of
from jiesu.web.pages.rendering import render

__all__ = ["DemoPages"]

#: How many people are listed for each role, and for a search.
FEW, MANY = 3, 60
#: Every demo sign-in has it.
PASSWORD = "jiesu-demo"  # noqa: S105


class Person(msgspec.Struct, frozen=True):
    """Somebody a newcomer can sign in as."""

    username: str
    name: str
    role: str
    unit: str


async def _people(uow: UnitOfWork, rules: Rules, q: str, locale: Locale) -> dict[Role, list[Person]]:
    """By role, a few of each from the top of the network down; or all whose name, user name or unit contains `q`."""
    place = func.row_number().over(partition_by=StaffRow.role, order_by=(func.length(StaffRow.unit), StaffRow.id))
    first = select(func.min(StaffRow.id)).where(StaffRow.active).group_by(StaffRow.account_id)
    ranked = select(StaffRow.id, place.label("place")).where(StaffRow.id.in_(first)).subquery()
    query = select(StaffRow, Account).join(Account).join(ranked, ranked.c.id == StaffRow.id)
    query = query.join(UnitRow, UnitRow.code == StaffRow.unit).where(Account.active, Account.demo)
    if q:
        fields = (Account.username, Account.name, UnitRow.name, UnitRow.name_en)
        query = query.where(or_(*(field.icontains(q, autoescape=True) for field in fields))).limit(MANY)
    else:
        query = query.where(ranked.c.place <= FEW)
    rows = await uow.session.execute(query.order_by(func.length(StaffRow.unit), StaffRow.id))
    people = []
    for post, account in rows:
        unit = unit_named(rules, post.unit, locale)
        people.append(Person(account.username, account.name, post.role, unit.name if unit else post.unit))
    found = {role: [person for person in people if person.role == role] for role in Role}
    return {role: listed for role, listed in found.items() if listed}


class DemoPages(Controller):
    path = "/demo"

    @get("/")
    async def people(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        q: FromQuery[str] = "",
    ) -> Response[Any]:
        """Sign-ins that need only a click."""
        people = await _people(uow, rules, q.strip()[:40], locale)
        return render(request, "demo.html", people=people, q=q, password=PASSWORD)

    @get("/inbox")
    async def inbox(
        self,
        request: Request[Any, Any, Any],
        uow: NamedDependency[UnitOfWork],
        rules: NamedDependency[Rules],
        locale: NamedDependency[Locale],
        to: FromQuery[str] = "",
    ) -> Response[Any]:
        """What the SMS gateway was given, newest first, links clickable."""
        try:
            messages, problem = await demo_messages(uow, rules, to.strip() or None), None
        except DomainError as error:
            messages, problem = [], problem_of(error, locale)
        status = problem.status if problem else 200
        return render(
            request, "inbox.html", status=status, messages=messages, to=to, problem=problem, own=rules.public_url
        )
