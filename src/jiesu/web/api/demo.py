"""Demo mode only, loopback only: who can sign in, and what the SMS gateway was given."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy import select

from jiesu.accounts.posts import everybody
from jiesu.db.uow import UnitOfWork
from jiesu.desk.names import Named, unit_or_code
from jiesu.kit.clock import SHANGHAI
from jiesu.notifications.models import DemoMessage
from jiesu.petitioners.identity import checked_phone
from jiesu.rules import Rules

__all__ = ["DemoController", "DemoMessageView", "demo_messages"]

MOST = 100


class DemoUser(msgspec.Struct, frozen=True):
    """A demo sign-in; every password is `jiesu-demo`."""

    username: str
    role: str
    unit: Named


class DemoMessageView(msgspec.Struct, frozen=True):
    """A short message as the gateway was given it."""

    to: str
    text: str
    sent_at: datetime


async def demo_messages(uow: UnitOfWork, rules: Rules, to: str | None) -> list[DemoMessageView]:
    """The newest messages first, at most 100; `to` is a telephone number."""
    query = select(DemoMessage).order_by(DemoMessage.id.desc()).limit(MOST)
    if to:
        query = query.where(DemoMessage.recipient_hash.in_(rules.keys.search_hashes(checked_phone(to, "to"))))
    rows = await uow.session.scalars(query)
    return [DemoMessageView(row.recipient, row.text, row.sent_at.astimezone(SHANGHAI)) for row in rows]


class DemoController(Controller):
    path = "/demo"
    tags = ("demo",)

    @get("/users", operation_id="DemoUsers")
    async def users(self, uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules]) -> list[DemoUser]:
        """Everybody who can sign in, each with the post they sign in to."""
        people: dict[str, DemoUser] = {}
        for staff in await everybody(uow, rules.organisation, demo=True):
            unit = unit_or_code(rules, staff.unit)
            people.setdefault(staff.username, DemoUser(staff.username, staff.role, unit))
        return list(people.values())

    @get("/messages", operation_id="DemoMessages")
    async def messages(
        self, uow: NamedDependency[UnitOfWork], rules: NamedDependency[Rules], to: FromQuery[str | None] = None
    ) -> list[DemoMessageView]:
        """What the SMS gateway was given, newest first; the survey link is in the text."""
        return await demo_messages(uow, rules, to)
