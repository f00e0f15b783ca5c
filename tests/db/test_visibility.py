"""The condition in SQL and the rule in Python say the same of every ticket and every member of staff."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from jiesu.accounts.roles import Role
from jiesu.desk.queue import View, condition
from jiesu.tickets.models import Ticket
from jiesu.tickets.repository import visible_to
from tests.builders.forms import CITY, COUNTY, STATION, VILLAGE

UNITS = [CITY, COUNTY, STATION, VILLAGE, "VS-150103", "VS-150103001", "CITY-DISCIPLINE", "CITY-BENEFITS", "VS-150121"]
TICKETS, STAFF = 120, 60


@dataclass
class Case:
    lead_unit: str | None
    desk_unit: str
    accused_unit: str | None
    sealed_to: str | None


@pytest.mark.parametrize("seed", range(3))
async def test_sql_and_python_agree_on_random_tickets_and_staff(make, staff, uow, seed):
    chance = random.Random(seed)
    cases = {}
    template = await make.load(await make.ticket("registered"))
    columns = {c.name: getattr(template, c.name) for c in Ticket.__table__.columns if c.name not in ("id", "search")}
    for number in range(TICKETS):
        case = Case(
            lead_unit=chance.choice([None, *UNITS]),
            desk_unit=chance.choice([CITY, COUNTY, "VS-150103"]),
            accused_unit=chance.choice([None, None, *UNITS]),
            sealed_to=chance.choice([None, None, None, "CITY-DISCIPLINE", CITY]),
        )
        row = Ticket(**columns | vars(case) | {"number": f"HHTEST-{seed}-{number}", "search": None})
        row.search = select(Ticket.search).where(Ticket.id == template.id).scalar_subquery()
        uow.session.add(row)
        await uow.session.flush()
        cases[row.id] = case
    for _ in range(STAFF):
        person = await staff(chance.choice(list(Role)), chance.choice(UNITS))
        query = select(Ticket.id).where(visible_to(person), Ticket.number.like("HHTEST-%"))
        seen = set(await uow.session.scalars(query))
        assert seen == {key for key, case in cases.items() if person.may_see(case)}, person


async def test_no_view_shows_more_than_may_be_seen(make, staff, uow):
    hidden, shown = await make.ticket("dispatched", unit="VS-150103001"), await make.ticket("dispatched")
    person = await staff("unit_head", STATION)
    for view in View:
        seen = set(await uow.session.scalars(select(Ticket.id).where(condition(person, view, uow.now))))
        assert hidden.id not in seen
    await uow.session.execute(update(Ticket).where(Ticket.id == shown.id).values(sealed_to="CITY-DISCIPLINE"))
    for view in View:
        assert not set(await uow.session.scalars(select(Ticket.id).where(condition(person, view, uow.now))))
